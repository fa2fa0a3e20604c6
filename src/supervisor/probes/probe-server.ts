import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { LastcallError } from '../../core/errors.ts'
import {
  type ProbePart,
  type ProbeReply,
  probeHeaders,
  probeReply,
  splitTarget,
  textReply,
} from '../../core/probe-reply.ts'
import type { RunningSupervisor } from '../running.ts'

/** The probe server of a supervisor. */
export interface ProbeServer {
  readonly address: { readonly host: string; readonly port: number }
  [Symbol.asyncDispose](): Promise<void>
}

const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'
/** The same as of the library's probe server. */
const REQUEST_TIMEOUT_MS = 10_000

/**
 * Starts `/livez`, `/readyz`, `/startupz` and `/metrics` of the supervisor. They answer from before the first
 * generation starts until the last one has ended, and look like the library's own.
 * @param supervisor requests wait for it: the port has to be taken before anything is started
 * @throws LastcallError `LASTCALL_PROBE_PORT` when it cannot listen
 */
export async function startProbeServer(
  { host, port }: { readonly host: string; readonly port: number },
  supervisor: Promise<RunningSupervisor>,
): Promise<ProbeServer> {
  let hasBeenReady = false
  const server = createServer((request, response) => void answer(request, response))
  server.requestTimeout = REQUEST_TIMEOUT_MS

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const running = await supervisor
    hasBeenReady ||= running.isReady()
    const failed = textReply(500, 'internal error\n')
    const reply = await replyTo(request, running, hasBeenReady).catch(() => failed)
    const bytes = Buffer.byteLength(reply.body)
    response.writeHead(reply.status, probeHeaders(reply, bytes, running.state()))
    response.end(request.method === 'HEAD' ? undefined : reply.body)
  }

  await listen(server, port, host)
  const { address, port: actual } = server.address() as AddressInfo
  return {
    address: { host: address, port: actual },
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

async function replyTo(
  request: IncomingMessage,
  supervisor: RunningSupervisor,
  hasBeenReady: boolean,
): Promise<ProbeReply> {
  const { path, query } = splitTarget(request.url ?? '/')
  const verbose = new URLSearchParams(query).has('verbose')
  if (request.method !== 'GET' && request.method !== 'HEAD') return textReply(405, 'method not allowed\n')
  const itself: ProbePart = { name: 'supervisor', ok: true, reason: supervisor.state() }
  const brief = 'ok'
  switch (path) {
    case '/livez': {
      const generation = { name: 'generation', ...(await liveness(supervisor)) }
      return probeReply('livez', [itself, generation], { brief, verbose })
    }
    case '/readyz':
      return probeReply('readyz', [{ ...itself, ok: supervisor.isReady() }], { brief, verbose })
    case '/startupz':
      return probeReply('startupz', [{ ...itself, ok: hasBeenReady }], { brief, verbose })
    case '/metrics':
      return { status: 200, contentType: METRICS_TYPE, body: await supervisor.metrics() }
    default:
      return textReply(404, 'not found; there are /livez, /readyz, /startupz, /metrics\n')
  }
}

async function liveness(supervisor: RunningSupervisor): Promise<Omit<ProbePart, 'name'>> {
  const ok = await supervisor.isLive()
  return ok ? { ok } : { ok, reason: 'it does not answer its supervisor' }
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  const error = await bind(server, port, host)
  if (error === null) return
  // A kernel without IPv6 cannot bind '::'. The default has to work there, too.
  const noIpv6 = host === '::' && ['EAFNOSUPPORT', 'EADDRNOTAVAIL'].includes(error.code ?? '')
  if (noIpv6) return listen(server, port, '0.0.0.0')
  const others = 'choose another with --probe-port or LASTCALL_PROBE_PORT (0: any), or --no-probes'
  const problem = `port ${port} of ${host}: ${error.message}; free the port, or ${others}`
  throw new LastcallError('LASTCALL_PROBE_PORT', [problem], error)
}

function bind(server: Server, port: number, host: string): Promise<NodeJS.ErrnoException | null> {
  return new Promise((resolve) => {
    server.once('error', resolve)
    server.listen(port, host, () => {
      server.removeListener('error', resolve)
      resolve(null)
    })
  })
}
