/**
 * A primary with one worker, as the documentation of `worker.disconnect()` shows it: at SIGHUP a new worker,
 * and when it listens 'shutdown' and disconnect() for the old one, which is killed 2 s later. A worker that
 * dies is started again.
 */
const cluster = require('node:cluster')
const { join } = require('node:path')

const LIMIT_MS = 2_000

cluster.setupPrimary({ exec: join(__dirname, 'plain.cjs') })
const leaving = new Set()
cluster.on('exit', (worker) => {
  if (!leaving.delete(worker)) cluster.fork()
})
cluster.on('listening', (worker) => console.log(`serving ${worker.process.pid}`))
cluster.fork()

process.on('SIGHUP', () => {
  const old = Object.values(cluster.workers)
  cluster.fork().once('listening', () => {
    for (const worker of old) {
      leaving.add(worker)
      worker.send('shutdown')
      worker.disconnect()
      const timer = setTimeout(() => worker.kill('SIGKILL'), LIMIT_MS)
      worker.once('exit', () => clearTimeout(timer))
    }
    console.log('restarted')
  })
})
