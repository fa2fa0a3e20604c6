import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import type { Report } from '../../../src/core/report.ts'
import type { SignalName } from '../../../src/core/options.ts'
import { TerminusGroup } from '../../../src/integrations/terminus/group.ts'
import { eventually } from '../../helpers/eventually.ts'
import { type Answer, httpGet } from '../../helpers/http-get.ts'
import { manualHost, type ManualHost } from '../manual-host.ts'

interface LogLine {
  readonly level: string
  readonly msg: string
  readonly event?: string
  readonly report?: Report
}

/** Servers of one process, whose signals, timers and exit belong to the test. */
export interface Prepared {
  readonly host: ManualHost
  readonly group: TerminusGroup
  /** Signals that the process was to end by. */
  readonly raised: readonly SignalName[]
  /** Lines of the lifecycle's log. */
  readonly log: readonly LogLine[]
  /** A `beforeShutdown` that lasts as long as the test. */
  readonly hold: () => Promise<void>
  /** Delays of the timers that were started, in order. */
  readonly timers: readonly number[]
}

export function prepare(t: TestContext, env: Readonly<Record<string, string>> = {}): Prepared {
  const raised: SignalName[] = []
  const log: LogLine[] = []
  const timers: number[] = []
  const base = manualHost()
  const host: ManualHost = {
    ...base,
    process: {
      ...base.process,
      env,
      writeError: (line) => void log.push(JSON.parse(line) as LogLine),
    },
    clock: {
      ...base.clock,
      startTimer: (ms, callback) => {
        timers.push(ms)
        return base.clock.startTimer(ms, callback)
      },
    },
  }
  const group = new TerminusGroup(host, (signal) => raised.push(signal))
  const over = Promise.withResolvers<void>()
  t.after(async () => {
    over.resolve()
    host.send('SIGTERM')
    // It means nothing to a group that nobody is in, or that did not start.
    if (!log.some(({ event }) => event === 'shutdownInitiated')) return
    await eventually('the group asks for its exit', () => {
      host.elapse(Infinity)
      return host.exits.length > 0
    })
  })
  return { host, group, raised, log, timers, hold: () => over.promise }
}

/** Asks a server that listens already. */
export function ask(server: Server, path: string, method = 'GET'): Promise<Answer> {
  return httpGet((server.address() as AddressInfo).port, path, method)
}

/** Resolves when the group has asked for its exit, to the report. */
export async function stopped({ host, log }: Prepared): Promise<Report> {
  await eventually('the group asks for its exit', () => host.exits.length > 0)
  return log.find(({ report }) => report)!.report!
}

/** Names of the events so far. */
export function events({ log }: Prepared): readonly string[] {
  return log.flatMap(({ event }) => event ?? [])
}
