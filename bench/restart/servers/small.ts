/**
 * A small HTTP/1 server with lastcall, on the socket `http` of its supervisor, or without one on PORT. `/pid`
 * says which process answers.
 */
import { createServer } from 'node:http'
import { createLifecycle, listen } from 'lastcall'
import { answerHello } from '../../servers/answer.ts'

const lifecycle = createLifecycle()
const server = createServer((request, response) => {
  if (request.url === '/pid') response.end(`${process.pid}\n`)
  else answerHello(request, response)
})
// Long enough that no connection is closed for being idle while it is measured.
server.keepAliveTimeout = 600_000
lifecycle.serve(server)
await lifecycle.start()
await listen(server, 'http', { host: '127.0.0.1' })
