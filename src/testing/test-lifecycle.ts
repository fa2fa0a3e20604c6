import { LastcallError } from '../core/errors.ts'
import type { EventName } from '../core/event.ts'
import { totalInFlight } from '../core/in-flight.ts'
import { refuseOldNode } from '../core/node-version.ts'
import type { LifecycleOptions, SignalName } from '../core/options.ts'
import { createLifecycle } from '../node/lifecycle/create-lifecycle.ts'
import { refuseUnknown } from '../node/lifecycle/machine.ts'
import type { Lifecycle } from '../node/types.ts'
import type { Interception } from './interception.ts'
import { type EventRecording, recordEvents } from './record-events.ts'
import { TestHost } from './test-host.ts'

/** One line that a lifecycle logged. */
export interface LogLine {
  readonly level: 'info' | 'warn' | 'error'
  readonly message: string
  readonly details: Readonly<Record<string, unknown>>
}

/** The clock of a lifecycle's phases. It only moves when the test advances it. */
export interface ManualClock {
  /** Wall-clock milliseconds. */
  now(): number
  /**
   * Advances the clock and runs due timers, in order and before this returns. A drain of real sockets takes
   * real time: advance to the end of the delay, wait for `connectionsDrained`, and only then continue.
   */
  advance(ms: number): void
  /** Milliseconds until each active timer. */
  readonly timers: readonly number[]
}

/**
 * A lifecycle whose clock, signals and exit belong to the test. Disposing of it shuts it down and runs all
 * its timers out. It rejects with `LASTCALL_NOT_STOPPED` when the lifecycle has not stopped 5 s later, and
 * says what is still open.
 */
export interface TestLifecycle extends AsyncDisposable {
  readonly lifecycle: Lifecycle
  readonly clock: ManualClock
  /** All events so far, in order. */
  readonly recording: EventRecording
  /** All log lines so far; empty when the options have their own logger. */
  readonly log: readonly LogLine[]
  /** Codes of the exits so far. The process goes on. */
  readonly exits: readonly number[]
  /** Resolves to the code of the first exit. */
  readonly exited: Promise<number>
  /** Sends a signal to this lifecycle only. Returns whether it listened. */
  send(signal: SignalName): boolean
  /**
   * Holds the next event of this name before it takes effect, until the interception is released. The state
   * does not change before that.
   * @throws LastcallError `LASTCALL_INVALID_OPTIONS`
   */
  interceptEvent(name: EventName): Interception
}

/**
 * Creates a lifecycle for a test. The environment is empty, the probe server gets a free port of 127.0.0.1,
 * and log lines are kept. Everything else is as in `createLifecycle`: servers, sockets, checks and hooks are
 * real.
 * @throws LastcallError `LASTCALL_INVALID_OPTIONS` with all problems at once, `LASTCALL_NODE_VERSION`
 * @example
 * ```ts
 * import { createTestLifecycle } from 'lastcall/testing'
 *
 * await using test = createTestLifecycle({ shutdownDelayMs: 5_000 })
 * await test.lifecycle.start()
 * test.send('SIGTERM')
 * test.clock.advance(5_000)
 * console.log(await test.exited)
 * ```
 */
export function createTestLifecycle(options: LifecycleOptions = {}): TestLifecycle {
  // The host uses functions that an older Node.js does not have.
  refuseOldNode(process.versions)
  return testLifecycleOn(new TestHost(), options)
}

/** The same, with a host that the caller provides. */
export function testLifecycleOn(host: TestHost, options: LifecycleOptions): TestLifecycle {
  const log: LogLine[] = []
  const write = (level: LogLine['level']) => (details: object, message: string) =>
    void log.push({ level, message, details: details as LogLine['details'] })
  const logger = { info: write('info'), warn: write('warn'), error: write('error') }
  const lifecycle = createLifecycle({ probePort: 0, probeHost: '127.0.0.1', logger, ...options }, host)
  const recording = recordEvents(lifecycle)
  return {
    lifecycle,
    clock: host.clock,
    recording,
    log,
    exits: host.process.exits,
    exited: host.process.exited,
    send: (signal) => host.process.send(signal),
    interceptEvent: (name) => {
      refuseUnknown(name)
      return host.interceptEvent(name)
    },
    [Symbol.asyncDispose]: () => stop({ lifecycle, recording }, host),
  }
}

/**
 * How long disposing may take in real time, for sockets and promises. The manual clock itself takes no time.
 */
const STOP_WITHIN_MS = 5_000

/** @throws LastcallError `LASTCALL_NOT_STOPPED` */
async function stop(
  { lifecycle, recording }: Pick<TestLifecycle, 'lifecycle' | 'recording'>,
  host: TestHost,
): Promise<void> {
  const stopped = lifecycle.shutdown('the test is over').then(() => true)
  const deadline = performance.now() + STOP_WITHIN_MS
  do {
    host.releaseAll()
    host.clock.advance(2 ** 31)
    if (await Promise.race([stopped, nextTurn()])) return
  } while (performance.now() < deadline)
  throw new LastcallError('LASTCALL_NOT_STOPPED', [
    `still ${describeOpen(lifecycle, host)} after ${STOP_WITHIN_MS} ms; ` +
      `its events were ${recording.names().join(', ')}; end what the test left open`,
  ])
}

const nextTurn = (): Promise<false> => new Promise((resolve) => setImmediate(resolve, false))

function describeOpen(lifecycle: Lifecycle, host: TestHost): string {
  const { state, servers } = lifecycle.snapshot()
  const open = servers.map(({ name, inFlight, connections }) => {
    return `${name} has ${totalInFlight(inFlight)} in flight and ${connections.active + connections.idle} connections`
  })
  return [state, `with ${host.clock.timers.length} timers`, ...open].join(', ')
}
