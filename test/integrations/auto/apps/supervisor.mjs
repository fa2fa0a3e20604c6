// A cluster whose primary keeps the workers it forks in a list, and uses all that Node documents of a worker.
import cluster from 'node:cluster'
import { createServer } from 'node:http'

if (process.argv[2] === 'shared') cluster.schedulingPolicy = cluster.SCHED_NONE
if (cluster.isPrimary) {
  const kept = new Set()
  let listening = 0
  const fork = () => {
    const worker = cluster.fork()
    kept.add(worker)
    worker.on('message', () => {})
    worker.on('exit', () => kept.delete(worker))
    const answered = worker.send('hello', (error) => console.log(`sent ${error?.code ?? 'ok'}`))
    console.log(
      `forked ${typeof worker.process.pid} ${worker.id > 0} ${worker.isConnected()} ${typeof answered}`,
    )
  }
  fork()
  fork()
  cluster.on('listening', (worker, { port }) => {
    if (++listening === 2) console.log(`listening ${port}`)
  })
  cluster.on('exit', (worker, code, signal) => {
    console.log(`worker exited ${code} ${signal}`)
    fork()
  })
  process.on('SIGTERM', () => {
    for (const worker of kept) {
      worker.on('exit', () => {
        if (kept.size > 0) return
        console.log('all ended')
        process.exit(0)
      })
      worker.kill()
    }
  })
} else {
  createServer((request, response) => {
    if (request.url === '/slow') console.log('slow')
    setTimeout(() => response.end('ok\n'), request.url === '/slow' ? 900 : 0)
  }).listen(Number(process.env.PORT), '127.0.0.1')
}
