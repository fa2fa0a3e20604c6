import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test, type TestContext } from 'node:test'
import type { Attack } from '../../../helpers/hostile/attack.ts'
import { HostileClient } from '../../../helpers/hostile/hostile-client.ts'
import { http1Attacks, http1Unread } from '../../../helpers/hostile/http1-attacks.ts'
import { http2Attacks, http2Unread } from '../../../helpers/hostile/http2-attacks.ts'
import { joinHttp1, joinHttp2 } from '../../../helpers/hostile/neighbours.ts'
import { tlsAttacks } from '../../../helpers/hostile/tls-attacks.ts'
import { websocketAttacks, websocketUnread } from '../../../helpers/hostile/websocket-attacks.ts'
import { type Child, startChild } from '../../../helpers/child.ts'

const ca = readFileSync(new URL('../../../fixtures/tls/cert.pem', import.meta.url))

const attacks: readonly (readonly [server: string, secure: boolean, attacks: readonly Attack[]])[] = [
  ['http', false, [...http1Attacks, ...http1Unread, ...websocketAttacks, ...websocketUnread]],
  ['https', true, [...tlsAttacks, ...http1Unread, ...websocketUnread]],
  ['h2c', false, [...http2Attacks, ...http2Unread]],
  ['h2', true, [...tlsAttacks, ...http2Unread]],
]

/**
 * It comes in any case; a neighbour's answer, due after a third of a second, has to be out by then on a
 * machine that is busy with everything else.
 */
const DEADLINE_MS = 10_000

/** How long the exit may take behind the deadline of the drain. */
const EXIT_MS = 10_000

type Ports = Readonly<Record<string, number>>

/** Begins all attacks at once; what is refused because the listener is closed by then is no attack. */
async function attackAll(t: TestContext, ports: Ports, wanted: (attack: Attack) => boolean) {
  const begun = attacks.flatMap(([server, secure, list]) =>
    list.filter(wanted).map(async (attack) => {
      const client = await attack.start((options) =>
        HostileClient.connect(ports[server]!, { ...(secure && { ca }), ...options }),
      )
      t.after(() => client.socket.destroy())
      return { attack, client }
    }),
  )
  const settled = await Promise.allSettled(begun)
  return settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
}

async function joinAll(child: Child, ports: Ports) {
  const slow = child.line(/^slow/)
  return Promise.all([
    joinHttp1(ports['http']!, slow),
    joinHttp1(ports['https']!, slow, ca),
    joinHttp2(ports['h2c']!, slow),
    joinHttp2(ports['h2']!, slow, ca),
  ])
}

async function besiegeProcess(t: TestContext, drainTimeoutMs: number, wanted: (attack: Attack) => boolean) {
  const options = { shutdownDelayMs: 1_000, drainTimeoutMs, terminationLog: false }
  const child = startChild(t, 'lifecycle/besieged.ts', { args: [JSON.stringify(options)] })
  const ports = JSON.parse((await child.line(/^ready/)).slice('ready '.length)) as Ports
  const neighbours = await joinAll(child, ports)
  const early = await attackAll(t, ports, wanted)
  child.kill('SIGTERM')
  await child.line(/^delaying/)
  const late = await attackAll(t, ports, wanted)
  await child.line(/^draining/)
  for (const { attack, client } of [...early, ...late]) attack.goOn?.(client)
  await Promise.all(neighbours.map(({ finished }) => finished))
  // Its own deadline comes first, so that a drain that hangs is told from a machine that is slow.
  return { early, ...(await child.exit(drainTimeoutMs + EXIT_MS)), report: child.report() }
}

test('a process under every attack that has an end drains, and ends clean', async (t) => {
  const { code, signal, report } = await besiegeProcess(t, 30_000, ({ forceClosed }) => forceClosed === null)
  assert.deepEqual([code, signal], [0, null])
  assert.equal(report.clean, true)
  assert.equal(report.uncaughtErrors, undefined)
})

test('a process under every attack at once ends at the deadline, and reports what it force-closed and nothing else', async (t) => {
  const { early, code, signal, report } = await besiegeProcess(t, DEADLINE_MS, () => true)
  assert.deepEqual([code, signal], [1, null])
  assert.equal(report.uncaughtErrors, undefined)
  assert.equal(report.events.at(-1)?.event, 'hooksFinished')
  assert.ok(report.events.some(({ event }) => event === 'drainTimedOut'))
  for (const kind of ['request', 'stream', 'upgrade'] as const) {
    const lasting = early.filter(({ attack }) => attack.forceClosed === kind).length
    assert.ok((report.forcedCloses.byKind[kind] ?? 0) >= lasting, `${kind}: ${lasting}`)
  }
  assert.ok(report.forcedCloses.details.every(({ ageMs }) => ageMs >= 0))
})
