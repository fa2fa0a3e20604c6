import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { LastcallError } from '../../core/errors.ts'
import type { Logger } from '../../core/logger.ts'
import { type ProbeReply, probeHeaders, probeReply, textReply } from '../../core/probe-reply.ts'
import { liveness, readiness, startup, type Verdict } from '../../core/probe.ts'
import type { State } from '../../core/state.ts'
import type { CheckResult, Checks } from './checks.ts'
import { errorText } from '../guard/limit.ts'
import { parseTarget } from './probe-target.ts'
import type { EndpointAnswer } from '../types.ts'

/** What the probe server reports about. */
export interface ProbeSubject {
  state(): State
  readonly checks: Checks
  readonly livenessFailsOnShutdown: boolean
  readonly logger: Logger
}

type Answer = () => EndpointAnswer | Promise<EndpointAnswer>

/**
 * `/livez`, `/readyz` and `/startupz` on a port of their own, so they still answer after the application's
 * port is closed. The answers look like kube-apiserver's: one word when all is well, one line for each check
 * with `?verbose` or after a failure.
 */
export class ProbeServer {
  readonly #subject: ProbeSubject
  readonly #endpoints = new Map<string, { readonly answer: Answer }>()
  readonly #server: Server

  constructor(subject: ProbeSubject) {
    this.#subject = subject
    this.#server = createServer((request, response) => void this.#answer(request, response))
    // A client that never finishes its request must not keep the process alive.
    this.#server.requestTimeout = 10_000
  }

  hasEndpoint(path: string): boolean {
    return this.#endpoints.has(path) || ['/livez', '/readyz', '/startupz'].includes(path)
  }

  /** @throws LastcallError `LASTCALL_INVALID_OPTIONS` for what is no path */
  addEndpoint(path: string, answer: Answer): Disposable {
    if (!/^\/[^?#]*[^/?#]$/.test(path)) {
      throw new LastcallError('LASTCALL_INVALID_OPTIONS', [
        `endpoint: got '${path}', wanted a path such as '/metrics'`,
      ])
    }
    const entry = { answer }
    this.#endpoints.set(path, entry)
    return {
      [Symbol.dispose]: () => {
        if (this.#endpoints.get(path) === entry) this.#endpoints.delete(path)
      },
    }
  }

  /** The answer of an endpoint without a request; undefined without such an endpoint. Rejects as it does. */
  async endpoint(path: string): Promise<EndpointAnswer | undefined> {
    return this.#endpoints.get(path)?.answer()
  }

  /** @throws LastcallError `LASTCALL_PROBE_PORT` */
  async listen(port: number, host: string): Promise<{ host: string; port: number }> {
    try {
      await this.#bind(port, host)
    } catch (error) {
      // A kernel without IPv6 cannot bind '::'. The default has to work there, too.
      const noIpv6 = host === '::' && /EAFNOSUPPORT|EADDRNOTAVAIL/.test(errorText(error))
      if (!noIpv6) throw probePortError(port, host, error)
      await this.#bind(port, '0.0.0.0').catch((again: unknown) => {
        throw probePortError(port, '0.0.0.0', again)
      })
    }
    const address = this.#server.address() as AddressInfo
    return { host: address.address, port: address.port }
  }

  /** Closes at once. A probe in flight sees a closed connection, which the kubelet treats like a 503. */
  async close(): Promise<void> {
    if (!this.#server.listening) return
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.#server.closeAllConnections()
    await closed
  }

  #bind(port: number, host: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, host, () => {
        this.#server.removeListener('error', reject)
        resolve()
      })
    })
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      this.#send(request, response, await this.#reply(request))
    } catch (error) {
      this.#subject.logger.error(
        { path: request.url, error: errorText(error) },
        'lastcall: an endpoint of the probe server failed',
      )
      if (!response.headersSent) this.#send(request, response, textReply(500, 'internal error\n'))
    }
  }

  #send(request: IncomingMessage, response: ServerResponse, reply: ProbeReply): void {
    const bytes = Buffer.byteLength(reply.body)
    response.writeHead(reply.status, probeHeaders(reply, bytes, this.#subject.state().name))
    response.end(request.method === 'HEAD' ? undefined : reply.body)
  }

  async #reply(request: IncomingMessage): Promise<ProbeReply> {
    const { path: name, verbose } = parseTarget(request.url ?? '/')
    if (request.method !== 'GET' && request.method !== 'HEAD') return textReply(405, 'method not allowed\n')
    const endpoint = this.#endpoints.get(name)
    if (endpoint) return { status: 200, ...(await endpoint.answer()) }
    const { checks, livenessFailsOnShutdown } = this.#subject
    // Reads the state last: the shutdown may have begun while the checks ran.
    switch (name) {
      case '/readyz': {
        const results = await checks.run('readiness')
        return stateReply('readyz', readiness(this.#subject.state()), results, verbose)
      }
      case '/livez': {
        const results = await checks.run('liveness')
        return stateReply('livez', liveness(this.#subject.state(), livenessFailsOnShutdown), results, verbose)
      }
      case '/startupz':
        return stateReply('startupz', startup(this.#subject.state()), [], verbose)
      default:
        return textReply(
          404,
          `not found; there are /livez, /readyz, /startupz${[...this.#endpoints.keys()].map((key) => `, ${key}`).join('')}\n`,
        )
    }
  }
}

/** The answer does not say why a check failed, only the log does: anybody may be able to reach the port. */
function stateReply(
  name: string,
  verdict: Verdict,
  checks: readonly CheckResult[],
  verbose: boolean,
): ProbeReply {
  const { ok, reason } = verdict
  const parts = checks.map((check) => ({
    name: check.name,
    ok: check.ok,
    ...(!check.ok && { reason: failureOf(check) }),
  }))
  const brief = reason === 'ready' || reason === 'started' ? 'ok' : `ok: ${reason}`
  return probeReply(name, [{ name: 'lifecycle', ok, reason }, ...parts], { brief, verbose })
}

/**
 * The answer may tell since when a check hangs. This says nothing about the target of the check, and
 * operators need it.
 */
function failureOf({ hangsSince }: CheckResult): string {
  if (hangsSince === undefined) return 'reason withheld'
  const seconds = Math.round((performance.timeOrigin + performance.now() - hangsSince) / 1_000)
  return `no answer since ${new Date(hangsSince).toISOString()} (${seconds} s)`
}

function probePortError(port: number, host: string, cause: unknown): LastcallError {
  const remedy =
    'free the port, or choose another with probePort or LASTCALL_PROBE_PORT (0: any, false: none)'
  return new LastcallError(
    'LASTCALL_PROBE_PORT',
    [`port ${port} of ${host}: ${errorText(cause)}; ${remedy}`],
    cause,
  )
}
