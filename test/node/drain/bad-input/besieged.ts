import assert from 'node:assert/strict'
import type { Server } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, test, type TestContext } from 'node:test'
import type { DrainAdapter } from '../../../../src/node/drain/adapter.ts'
import { within } from '../../../helpers/eventually.ts'
import type { Attack } from '../../../helpers/hostile/attack.ts'
import type { Neighbour } from '../../../helpers/hostile/neighbours.ts'
import { HostileClient } from '../../../helpers/hostile/hostile-client.ts'
import { drainable, type Gate } from '../setup.ts'

/** A server with a healthy client on it, and how hostile ones reach it. */
export interface Besieged {
  readonly server: Server
  readonly ca?: Buffer
  /** Where the neighbour's request waits. */
  readonly gate: Gate
  /** Resolves when the neighbour has something in flight. */
  join(port: number): Promise<Neighbour>
}

/** How long a drain may take at most that nothing holds. */
const UNHELD_MS = 30_000

async function listenBesieged(t: TestContext, besieged: Besieged) {
  const { adapter, port, server } = await drainable(t, besieged.server)
  const clients: HostileClient[] = []
  t.after(() => {
    for (const client of clients) client.socket.destroy()
  })
  const startAll = async (attack: Attack): Promise<void> => {
    const client = await attack.start((options) =>
      HostileClient.connect(port, { ...(besieged.ca && { ca: besieged.ca }), ...options }),
    )
    clients.push(client)
  }
  return { adapter, port, server, clients, startAll }
}

function inFlightOf(adapter: DrainAdapter, { forceClosed }: Attack): number {
  return forceClosed === null || forceClosed === 'work' ? Infinity : adapter.snapshot().inFlight[forceClosed]
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

async function untilClosed(adapter: DrainAdapter): Promise<void> {
  while (adapter.isListening()) await nextTurn()
}

async function untilEmpty(server: Server): Promise<void> {
  const count = (): Promise<number> =>
    new Promise((resolve, reject) =>
      server.getConnections((error, open) => (error ? reject(error) : resolve(open))),
    )
  while ((await count()) > 0) await nextTurn()
}

/**
 * Makes a test of each attack: it begins before the shutdown and in the delay and goes on in the drain,
 * beside a neighbour that must not notice. The drain ends by itself, or at the deadline what is left is
 * reported; then no connection is left.
 */
export function besiege(what: string, make: () => Besieged, attacks: readonly Attack[]): void {
  describe(what, { concurrency: 8 }, () => {
    for (const attack of attacks) {
      const end =
        attack.forceClosed === null
          ? 'does not hold the drain'
          : 'is force-closed at the deadline and reported'
      test(`${attack.what}: ${end}, and its neighbour is served`, (t) => survive(t, make(), attack))
    }
  })
}

async function survive(t: TestContext, besieged: Besieged, attack: Attack): Promise<void> {
  const { adapter, port, server, clients, startAll } = await listenBesieged(t, besieged)
  const neighbour = await besieged.join(port)
  const before = inFlightOf(adapter, attack)
  await startAll(attack)
  adapter.announceClose()
  await startAll(attack)
  // Who does not read cannot be asked whether the server has heard him.
  const due = attack.hidden ? 0 : before + clients.length
  while (inFlightOf(adapter, attack) < due) await nextTurn()
  const drained = adapter.drain()
  await untilClosed(adapter)
  for (const client of clients) attack.goOn?.(client)
  besieged.gate.open()
  await within(UNHELD_MS, 'the neighbour', neighbour.finished)
  if (attack.forceClosed === null) {
    await within(UNHELD_MS, 'the drain', drained)
    assert.deepEqual(adapter.forceClose(), [])
  } else {
    // What the neighbour had is gone when its connection is.
    while (adapter.snapshot().connections.active > clients.length) await nextTurn()
    // The server's own timers were started before this one.
    if (attack.patienceMs) await delay(attack.patienceMs)
    assert.deepEqual(
      adapter.forceClose().map(({ kind }) => kind),
      clients.map(() => attack.forceClosed),
    )
  }
  await within(UNHELD_MS, 'the end of the connections', untilEmpty(server))
}
