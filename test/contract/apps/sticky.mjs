// Socket.IO's documentation of sticky sessions: the primary hands each connection to a worker, and the workers never listen.
import cluster from 'node:cluster'
import { createServer } from 'node:http'
import { createAdapter, setupPrimary } from '@socket.io/cluster-adapter'
import { setupMaster, setupWorker } from '@socket.io/sticky'
import { Server } from 'socket.io'

if (cluster.isPrimary) {
  const server = createServer()
  setupMaster(server, { loadBalancingMethod: 'least-connection' })
  setupPrimary()
  cluster.setupPrimary({ serialization: 'advanced' })
  let online = 0
  cluster.on('message', (worker, message) => {
    if (message !== 'up' || ++online < 2) return
    server.listen(Number(process.env.PORT), '127.0.0.1', () => console.log(`listening ${process.env.PORT}`))
  })
  cluster.fork()
  cluster.fork()
} else {
  const server = createServer((request, response) => {
    if (request.url === '/slow') console.log('slow')
    setTimeout(() => response.end('ok\n'), request.url === '/slow' ? 900 : 0)
  })
  const io = new Server(server)
  io.adapter(createAdapter())
  setupWorker(io)
  io.on('connection', (socket) => {
    console.log('socket')
    socket.on('ask', (answer) => setTimeout(() => answer('answered'), 900))
  })
  process.send('up')
}
