/**
 * What the documentation of Node.js and of PM2 shows: `server.close()` at the signal, and exit when it is
 * closed. As a cluster worker also at the message 'shutdown'. REUSE_PORT=yes shares the port with another
 * process.
 */
const { createServer } = require('node:http')

const server = createServer((request, response) => {
  response.end(request.url === '/pid' ? `${process.pid}\n` : '{"hello":"world"}')
})
const stop = () => server.close(() => process.exit(0))
process.on('SIGINT', stop)
process.on('SIGTERM', stop)
process.on('message', (message) => {
  if (message === 'shutdown') stop()
})
const address = { host: '127.0.0.1', port: Number(process.env.PORT) }
server.listen({ ...address, ...(process.env.REUSE_PORT === 'yes' && { reusePort: true }) }, () => {
  console.log('listening')
  // PM2's --wait-ready.
  if (process.send) process.send('ready')
})
