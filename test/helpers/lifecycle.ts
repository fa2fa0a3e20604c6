import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo, Server as NetServer } from 'node:net'
import type { TestContext } from 'node:test'
import type { EventName } from '../../src/core/event.ts'
import type { LifecycleOptions } from '../../src/core/options.ts'
import type { Lifecycle } from '../../src/node/types.ts'
import { type LogLine, testLifecycleOn } from '../../src/testing/test-lifecycle.ts'
import { FakeHost } from './fake-host.ts'
import './leftover-servers.ts'

/** A lifecycle with a fake host, and what it logged. */
export interface TestLifecycle {
  readonly lifecycle: Lifecycle
  readonly host: FakeHost
  readonly log: readonly LogLine[]
  /** Names of the events so far, in order. */
  events(): readonly EventName[]
}

/**
 * Makes a lifecycle for one test: probe server on a free port of the loopback, shut down when the test ends.
 */
export function makeLifecycle(
  t: TestContext,
  options: LifecycleOptions = {},
  host: FakeHost = new FakeHost(),
): TestLifecycle {
  const made = testLifecycleOn(host, options)
  t.after(() => made[Symbol.asyncDispose]())
  return { lifecycle: made.lifecycle, host, log: made.log, events: () => made.recording.names() }
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
