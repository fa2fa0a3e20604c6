import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ServableServer } from '../../node/types.ts'
import { failedAnswer, type HealthAnswer, passedAnswer } from './health-answer.ts'
import { comparablePath, type HealthSettings } from './settings.ts'
import type { HealthCheck, TerminusState } from './types.ts'

/**
 * Answers requests for the paths of the checks. All others reach the server's listeners, including listeners
 * that are added later (terminus wraps only those that exist when it is called). Method and query do not
 * matter.
 */
export function interceptHealthRoutes(
  server: ServableServer,
  health: HealthSettings,
  state: TerminusState,
): void {
  if (health.checks.size === 0) return
  const emit = server.emit as (...args: unknown[]) => boolean
  const intercepting = function emitUnlessHealth(this: unknown, event: string, ...args: unknown[]): boolean {
    const [request, response] = args as [IncomingMessage, ServerResponse]
    const path = event === 'request' ? comparablePath(request.url ?? '', health.caseInsensitive) : ''
    const check = health.checks.get(path)
    if (!check) return Reflect.apply(emit, this, [event, ...args])
    void answer({ path, check, health, state }).then((found) => send(response, found, health))
    return true
  }
  Object.assign(server, { emit: intercepting })
}

interface Question {
  readonly path: string
  readonly check: HealthCheck
  readonly health: HealthSettings
  readonly state: TerminusState
}

/** Never rejects: any error of a check means that the check has failed. */
async function answer({ path, check, health, state }: Question): Promise<HealthAnswer> {
  const shutDown = (): boolean => state.isShuttingDown && failsInShutdown(path, health)
  if (shutDown()) return answerShutdown(health)
  let found: HealthAnswer
  try {
    found = passedAnswer(health, await check({ state }))
  } catch (error) {
    health.log('healthcheck failed', error)
    found = failedAnswer(health, error)
  }
  // Reads the state again: the shutdown may have begun while the check ran.
  return shutDown() ? answerShutdown(health) : found
}

async function answerShutdown(health: HealthSettings): Promise<HealthAnswer> {
  try {
    await health.onSendFailureDuringShutdown()
  } catch (error) {
    health.log('onSendFailureDuringShutdown failed', error)
  }
  return failedAnswer(health, undefined)
}

/** Paths with a liveness name. A process that finishes its work is alive; a failure here would restart it. */
const liveness = /(?:^|[^a-z])(?:live|livez|liveness|alive)\/?$/i

function failsInShutdown(path: string, { sendFailuresDuringShutdown }: HealthSettings): boolean {
  return sendFailuresDuringShutdown ?? !liveness.test(path)
}

function send(response: ServerResponse, { status, body }: HealthAnswer, health: HealthSettings): void {
  response.setHeader('Content-Type', 'application/json')
  response.writeHead(status, health.headers)
  response.end(body)
}
