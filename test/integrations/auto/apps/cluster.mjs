// The example of Node's documentation of node:cluster, with the restart that most people add.
import cluster from 'node:cluster'
import { createServer } from 'node:http'

if (cluster.isPrimary) {
  cluster.fork()
  cluster.fork()
  let listening = 0
  cluster.on('listening', (worker, { port }) => {
    if (++listening === 2) console.log(`listening ${port}`)
  })
  cluster.on('exit', (worker, code, signal) => {
    console.log(`worker exited ${code} ${signal}`)
    cluster.fork()
  })
} else {
  createServer((request, response) => {
    if (request.url === '/slow') console.log('slow')
    setTimeout(() => response.end('ok\n'), request.url === '/slow' ? 1_500 : 0)
  }).listen(Number(process.env.PORT), '127.0.0.1')
}
