// A server that opens a second port, its own health checks say, when SIGUSR2 comes; a worker of a cluster opens it when the primary has its probes.
import cluster from 'node:cluster'
import { createServer } from 'node:http'

const [, , ownPort, ownHost, mode, port = '0'] = process.argv
const openOwn = () =>
  createServer((request, response) => response.end('own\n')).listen(Number(ownPort), ownHost, () =>
    console.log('also listening'),
  )

if (mode === 'cluster' && cluster.isPrimary) {
  const worker = cluster.fork()
  const log = process.stderr.write
  process.stderr.write = (text, ...rest) => {
    if (String(text).includes('"event":"startupCompleted"')) worker.send('open')
    return log.call(process.stderr, text, ...rest)
  }
} else {
  const server = createServer((request, response) => {
    if (request.url === '/slow') console.log('slow')
    setTimeout(() => response.end(`${request.url}\n`), request.url === '/slow' ? 500 : 0)
  })
  server.listen(Number(port), '127.0.0.1', () => console.log(`listening ${server.address().port}`))
  process.once('message', openOwn)
  process.once('SIGUSR2', openOwn)
}
