/** `node http2.ts bare|lastcall`: a small HTTP/2 server without TLS. */
import { once } from 'node:events'
import { createServer } from 'node:http2'
import { answerHello, useLastcall } from './answer.ts'
import { answerAsServer } from './questions.ts'

const server = createServer(answerHello)
if (process.argv[2] === 'lastcall') await useLastcall(server)
server.listen(0, '127.0.0.1')
await once(server, 'listening')
answerAsServer(server)
