// A server that knows nothing of lastcall. With CLOSE it closes itself as Express' documentation shows.
const { createServer } = require('node:http')

const server = createServer((request, response) => {
  if (request.url === '/slow') console.log('slow')
  setTimeout(() => response.end(`${request.url}\n`), request.url === '/slow' ? 900 : 0)
})
server.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('listening'))
if (process.env.CLOSE) {
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => server.close(() => process.exit(0)))
}
