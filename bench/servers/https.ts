/** `node https.ts bare|lastcall`: a small `node:https` server. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { answerHello, useLastcall } from './answer.ts'
import { answerAsServer, KEEP_ALIVE_MS } from './questions.ts'

const server = createServer({ key: readTls('key.pem'), cert: readTls('cert.pem') }, answerHello)
server.keepAliveTimeout = KEEP_ALIVE_MS
if (process.argv[2] === 'lastcall') await useLastcall(server)
server.listen(0, '127.0.0.1')
await once(server, 'listening')
answerAsServer(server)

function readTls(file: string): Buffer {
  return readFileSync(new URL(`../../test/fixtures/tls/${file}`, import.meta.url))
}
