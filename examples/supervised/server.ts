import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { createLifecycle, listen } from 'lastcall'

// Read once. A changed file is for the next generation, and one that cannot be read keeps this one serving.
const config = readConfig(process.env['CONFIG'] ?? 'shop.json')
const generation = Number(process.env['LASTCALL_GENERATION'] ?? 0)

const lifecycle = createLifecycle()
const server = lifecycle.serve(createServer((request, response) => void answer(request, response)))

// No request comes here before every check passes.
let isWarm = false
lifecycle.check('catalogue', () => isWarm)
lifecycle.onStop('catalogue', () => console.log(`generation ${generation} closes the catalogue`))

await lifecycle.start()
// Under `lastcall run` the socket is inherited; without it the port is bound here.
await listen(server, 'http', { port: Number(process.env['PORT'] ?? 8080) })
await sleep(200)
isWarm = true

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
  switch (`${request.method} ${pathname}`) {
    case 'GET /':
      return sendJson(response, 200, { greeting: config.greeting, generation, pid: process.pid })
    case 'POST /echo':
      return echo(request, response)
    case 'GET /slow': {
      const ms = Math.min(60_000, Math.max(0, Number(searchParams.get('ms') ?? 1_000) || 0))
      await sleep(ms)
      return sendJson(response, 200, { sleptMs: ms, generation })
    }
    default:
      return sendJson(response, 404, { error: 'not found' })
  }
}

async function echo(request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const chunks: Buffer[] = await request.toArray()
    const { id } = JSON.parse(Buffer.concat(chunks).toString()) as { id?: unknown }
    if (typeof id !== 'string') return sendJson(response, 400, { error: 'id is missing' })
    sendJson(response, 200, { id })
  } catch {
    sendJson(response, 400, { error: 'not JSON' })
  }
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

/** Throws when the file is missing or wrong: a process with a bad configuration must not become ready. */
function readConfig(path: string): { readonly greeting: string } {
  const { greeting } = JSON.parse(readFileSync(path, 'utf8')) as { greeting?: unknown }
  if (typeof greeting !== 'string') throw new Error(`${path}: greeting is missing`)
  return { greeting }
}
