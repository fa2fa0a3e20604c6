// One port for HTTP and for a line protocol, told apart by the first bytes, which the http server gets by its 'connection' event.
import { createServer } from 'node:http'
import { createServer as createRawServer } from 'node:net'

const http = createServer((request, response) => {
  if (request.url === '/slow') console.log('slow')
  setTimeout(() => response.end(`${request.url}\n`), request.url === '/slow' ? 700 : 0)
})
http.keepAliveTimeout = 60_000
http.on('upgrade', (request, socket) => {
  socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
  socket.on('data', (frame) => {
    if ((frame[0] & 15) === 8) socket.end(Buffer.from([0x88, 0]))
  })
})
const server = createRawServer((socket) => {
  socket.once('data', (first) => {
    socket.pause()
    socket.unshift(first)
    if (!/^(GET|POST) /.test(String(first))) {
      socket.on('data', (line) => {
        console.log('raw')
        setTimeout(() => socket.end(`echo ${String(line)}`), 500)
      })
      return socket.resume()
    }
    http.emit('connection', socket)
    return socket.resume()
  })
})
server.listen(Number(process.env.PORT), '127.0.0.1', () => console.log(`listening ${server.address().port}`))
