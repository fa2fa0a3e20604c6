import { after, before, suite, test } from 'node:test'
import * as arrivals from './behaviours/arrivals.ts'
import type { Behaviour, LoneBehaviour } from './behaviours/behaviour.ts'
import * as endings from './behaviours/endings.ts'
import * as http1Idle from './behaviours/http1-idle.ts'
import * as http1InFlight from './behaviours/http1-in-flight.ts'
import * as http1Kernel from './behaviours/http1-kernel.ts'
import * as processes from './behaviours/process.ts'
import type { ServerDeclaration } from './declaration.ts'
import { Shutdown, type ShutdownOptions, speaks } from './shutdown.ts'

/** Long enough for what clients do in the delay, on a slow machine as well. */
const DELAY_MS = 1_500

/** Every behaviour that applies to the server, as tests. */
export function testContract(server: ServerDeclaration): void {
  const applies = ([name]: readonly [string, unknown]): boolean => !(name in (server.without ?? {}))
  const chosen = <T>(...modules: readonly Readonly<Record<string, T>>[]): T[] =>
    modules.flatMap((module) => Object.entries(module).filter(applies)).map(([, behaviour]) => behaviour)
  const http1 = speaks(server, 'http1')

  suite(server.name, { concurrency: true }, () => {
    testTogether(server, 'through one shutdown', { delayMs: DELAY_MS }, [
      ...chosen<Behaviour>(processes),
      ...(http1 ? chosen<Behaviour>(arrivals, http1Idle, http1InFlight) : []),
    ])
    testTogether(server, 'with a blocked event loop', { delayMs: DELAY_MS, isBlocked: true }, [
      ...(http1 ? chosen<Behaviour>(http1Kernel) : []),
    ])
    for (const { title, run } of chosen<LoneBehaviour>(endings)) {
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
    for (const { title, run } of behaviours) test(title, () => shutdown.take(title, run))
  })
}
