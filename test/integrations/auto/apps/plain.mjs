// A server as in Node's documentation, in ESM.
import { createServer } from 'node:http'

const server = createServer((request, response) => {
  if (request.url === '/slow') console.log('slow')
  setTimeout(() => response.end(`${request.url}\n`), request.url === '/slow' ? 1_500 : 0)
})
server.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`))
