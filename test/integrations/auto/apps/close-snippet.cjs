// What Express' documentation shows for a graceful shutdown, with the exit that most people add.
const { createServer } = require('node:http')

const server = createServer((request, response) => {
  if (request.url === '/slow') console.log('slow')
  response.on('finish', () => console.log(`finished ${request.url}`))
  setTimeout(() => response.end('ok\n'), request.url === '/slow' ? 1_500 : 0)
})
server.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`))

process.on('SIGTERM', () => {
  console.log(`SIGTERM signal received: closing HTTP server on ${server.address().port}`)
  server.close((error) => {
    console.log(`HTTP server closed: ${error}`)
    process.exit(error ? 1 : 0)
  })
  setTimeout(() => process.exit(1), 30_000)
})
