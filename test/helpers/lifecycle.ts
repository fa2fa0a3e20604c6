import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo, Server as NetServer } from 'node:net'
import type { TestContext } from 'node:test'
import type { EventName } from '../../src/core/event.ts'
import type { LifecycleOptions } from '../../src/core/options.ts'
import { createLifecycle } from '../../src/node/lifecycle.ts'
import type { Lifecycle } from '../../src/node/types.ts'
import { FakeHost } from './fake-host.ts'

/** One line that a lifecycle logged. */
export interface LogLine {
  readonly level: string
  readonly message: string
  readonly details: Readonly<Record<string, unknown>>
}

/** A lifecycle with a fake host, and what it logged. */
export interface TestLifecycle {
  readonly lifecycle: Lifecycle
  readonly host: FakeHost
  readonly log: readonly LogLine[]
  /** Names of the events so far, in order. */
  events(): readonly EventName[]
}

/** Makes a lifecycle for one test: probe server on a free port of the loopback, shut down when the test ends. */
export function makeLifecycle(
  t: TestContext,
  options: LifecycleOptions = {},
  host: FakeHost = new FakeHost(),
): TestLifecycle {
  const log: LogLine[] = []
  const write = (level: string) => (details: object, message: string) =>
    void log.push({ level, message, details: details as LogLine['details'] })
  const logger = { info: write('info'), warn: write('warn'), error: write('error') }
  const lifecycle = createLifecycle({ probePort: 0, probeHost: '127.0.0.1', logger, ...options }, host)
  t.after(() => stop(lifecycle, host))
  const events = (): readonly EventName[] =>
    log.flatMap(({ details }) => (details['event'] as EventName) ?? [])
  return { lifecycle, host, log, events }
}

/** Shuts down with every clock running out at once. */
async function stop(lifecycle: Lifecycle, host: FakeHost): Promise<void> {
  let stopped = false
  const report = lifecycle.shutdown('the test is over').then(() => (stopped = true))
  while (!stopped) {
    host.advance(2 ** 31)
    await new Promise((resolve) => setImmediate(resolve))
  }
  await report
}

/** An `http.Server` that is closed when the test ends. */
export function makeServer(
  t: TestContext,
  handler: RequestListener = (_, response) => response.end('ok'),
): Server {
  const server = createServer(handler)
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  return server
}

/** Listens on a free port of the loopback. */
export async function openPort(server: NetServer): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}
