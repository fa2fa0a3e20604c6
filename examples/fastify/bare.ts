import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { hostname } from 'node:os'
import { writeReport } from './large.ts'

// The control: the same routes without lastcall, stopped the way most tutorials stop a server. What it loses
// in a rollout, lastcall saves.

const server = createServer((request, response) => void answer(request, response))
const probes = createServer((request, response) => {
  const known = /^\/(livez|readyz|startupz)(\?|$)/.test(request.url ?? '')
  response.writeHead(known ? 200 : 404).end(known ? 'ok\n' : 'not found\n')
})

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
  switch (`${request.method} ${pathname}`) {
    case 'GET /':
      return sendJson(response, 200, { hello: 'orders', pod: hostname() })
    case 'POST /echo':
      return echo(request, response)
    case 'GET /slow': {
      const ms = Math.min(60_000, Math.max(0, Number(searchParams.get('ms') ?? 1_000) || 0))
      await new Promise((resolve) => setTimeout(resolve, ms))
      return sendJson(response, 200, { sleptMs: ms })
    }
    case 'GET /large': {
      const mb = Math.min(64, Math.max(1, Number(searchParams.get('mb') ?? 3) || 3))
      const report = writeReport(mb)
      const headers = { 'content-type': 'text/plain', 'content-length': report.length, pod: hostname() }
      response.writeHead(200, headers).end(report)
      return
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

process.on('SIGTERM', () => {
  probes.close()
  server.close(() => process.exit(0))
})

probes.listen(Number(process.env['LASTCALL_PROBE_PORT'] ?? 8081))
server.listen(Number(process.env['PORT'] ?? 3000), process.env['HOST'] ?? '0.0.0.0', () => {
  console.log('listening at', server.address())
})
