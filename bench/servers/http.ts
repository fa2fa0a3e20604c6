/**
 * `node http.ts bare|lastcall [delayMs]`: a small `node:http` server, with lastcall or with what one writes
 * without it.
 */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { answerHello, useLastcall } from './answer.ts'
import { answerAsServer, KEEP_ALIVE_MS } from './questions.ts'

const [variant, delay = '0'] = process.argv.slice(2)
const shutdownDelayMs = Number(delay)
let stopping = false

const server = createServer((request, response) => {
  if (request.url === '/slow') return void setTimeout(() => answer(), 1_500)
  answer()

  function answer(): void {
    // lastcall sees to this itself; without it a bare server would wait for the client's next request.
    if (stopping) response.setHeader('connection', 'close')
    answerHello(request, response)
  }
})
server.keepAliveTimeout = KEEP_ALIVE_MS

if (variant === 'lastcall') await useLastcall(server, shutdownDelayMs)
else process.once('SIGTERM', () => setTimeout(() => stopBare(server), shutdownDelayMs))
server.listen(0, '127.0.0.1')
await once(server, 'listening')
answerAsServer(server)

/**
 * The best that bare Node has: `close` destroys idle connections (Node >= 19) and calls back when the last
 * one is gone.
 */
function stopBare(stopped: Server): void {
  stopping = true
  stopped.close(() => process.exit(0))
}
