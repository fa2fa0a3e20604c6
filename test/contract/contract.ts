import { after, before, suite, test } from 'node:test'
import * as arrivals from './behaviours/arrivals.ts'
import type { Behaviour, LoneBehaviour } from './behaviours/behaviour.ts'
import * as endings from './behaviours/endings.ts'
import * as http1ForceClose from './behaviours/http1-force-close.ts'
import * as http1Idle from './behaviours/http1-idle.ts'
import * as http1InFlight from './behaviours/http1-in-flight.ts'
import * as http1Kernel from './behaviours/http1-kernel.ts'
import * as http2 from './behaviours/http2.ts'
import * as http2ForceClose from './behaviours/http2-force-close.ts'
import * as http2Kernel from './behaviours/http2-kernel.ts'
import * as processes from './behaviours/process.ts'
import * as tls from './behaviours/tls.ts'
import type { ServerDeclaration } from './declaration.ts'
import { Part } from './part.ts'
import { Shutdown, type ShutdownOptions, speaks } from './shutdown.ts'

const SHORTEST_DELAY_MS = 1_200
const LONGEST_DELAY_MS = process.env['CONTRACT_CONTROL'] === undefined ? 8_000 : SHORTEST_DELAY_MS
/**
 * What clients do in the delay has to be done before its end, also where all is slower: how long this process
 * took to get here says how slow. The drain gives idle connections as long again.
 */
const delayMs = Math.min(LONGEST_DELAY_MS, Math.max(SHORTEST_DELAY_MS, Math.round(3 * performance.now())))
/** Node ends connections that are idle for 5 s (`keepAliveTimeout`), with or without a drain. */
const BLOCKED_MS = 2_500

/** Every behaviour that applies to the server, as tests. */
export function testContract(server: ServerDeclaration): void {
  const of = <T>(protocol: 'http1' | 'http2', ...modules: readonly Readonly<Record<string, T>>[]): T[] =>
    speaks(server, protocol) ? modules.flatMap((module) => Object.values(module)) : []

  suite(server.name, { concurrency: true }, () => {
    testTogether(server, 'through one shutdown', { delayMs }, [
      ...Object.values(processes),
      ...of<Behaviour>('http1', arrivals, http1Idle, http1InFlight),
      ...of<Behaviour>('http2', http2),
      ...(server.isSecure ? Object.values(tls) : []),
    ])
    testTogether(
      server,
      'with a blocked event loop',
      { delayMs: Math.min(delayMs, BLOCKED_MS), isBlocked: true },
      [...of<Behaviour>('http1', http1Kernel), ...of<Behaviour>('http2', http2Kernel)],
    )
    const lone = [
      endings.secondSignal,
      ...(server.listensFirst ? [] : [endings.signalWhileStarting]),
      ...of<LoneBehaviour>('http1', http1ForceClose),
      ...of<LoneBehaviour>('http2', http2ForceClose),
    ]
    for (const { title, run } of lone) {
      test(title, (t) => run(t, server))
    }
  })
}

function testTogether(
  server: ServerDeclaration,
  how: string,
  options: Omit<ShutdownOptions, 'titles'>,
  behaviours: readonly Behaviour[],
): void {
  suite(how, { concurrency: true }, () => {
    const shutdown = new Shutdown(server, {
      ...options,
      titles: behaviours.map(({ title }) => title),
    })
    before(() => shutdown.start())
    after(() => shutdown.stop())
    for (const { title, run } of behaviours)
      test(title, () => shutdown.take(title, () => run(new Part(shutdown, title))))
  })
}
