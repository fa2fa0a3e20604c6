import type { SupervisorStatus } from '../../src/core/supervisor-status.ts'
import type { RestartResult } from '../../src/supervisor/machine/effect.ts'
import type { SupervisorStateName } from '../../src/supervisor/machine/state.ts'
import type { RunningSupervisor } from '../../src/supervisor/running.ts'

/** A status document, with one generation that serves. */
export function makeStatus(changes: Partial<SupervisorStatus> = {}): SupervisorStatus {
  return {
    schemaVersion: 2,
    kind: 'supervisor-status',
    pid: 41,
    command: ['node', 'server.js'],
    state: 'serving',
    ready: true,
    startedAt: '2026-11-22T12:00:00.000Z',
    listen: [{ name: 'http', address: '0.0.0.0:8080', reusePort: false }],
    generations: [
      {
        generation: 1,
        pid: 42,
        phase: 'serving',
        ageMs: 65_300,
        state: 'ready',
        inFlight: { request: 2, stream: 0, upgrade: 1, work: 0 },
        connections: 7,
      },
    ],
    ended: [],
    restarts: { completed: 0, failed: 0, rolledBack: 0 },
    crashes: 0,
    queued: null,
    lastFailure: null,
    ...changes,
  }
}

/** A supervisor without processes. Its answers are fields, and what it was told is kept. */
export class FakeRunningSupervisor implements RunningSupervisor {
  readonly told: string[] = []
  name: SupervisorStateName = 'serving'
  document: SupervisorStatus = makeStatus()
  ready = true
  live = true
  text = ''
  ending = 0
  /** It does not end by itself: the control socket is closed instead. */
  readonly ended: Promise<number> = new Promise(() => {})
  readonly #restarts: ((result: RestartResult) => void)[] = []

  state(): SupervisorStateName {
    return this.name
  }

  status(): Promise<SupervisorStatus> {
    return Promise.resolve(this.document)
  }

  restart(reason: string): Promise<RestartResult> {
    this.told.push(`restart: ${reason}`)
    return new Promise((resolve) => this.#restarts.push(resolve))
  }

  /** Ends the first restart that still waits. */
  settle(result: RestartResult): void {
    this.#restarts.shift()?.(result)
  }

  stop(reason: string): void {
    this.told.push(`stop: ${reason}`)
    this.name = 'stopping'
  }

  hammer(): number {
    this.told.push('hammer')
    return this.ending
  }

  runHooks(): Promise<void> {
    return Promise.resolve()
  }

  isReady(): boolean {
    return this.ready
  }

  isLive(): Promise<boolean> {
    return Promise.resolve(this.live)
  }

  metrics(): Promise<string> {
    return Promise.resolve(this.text)
  }
}
