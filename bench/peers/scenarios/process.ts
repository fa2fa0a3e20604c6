import { setTimeout as sleep } from 'node:timers/promises'
import { RawClient } from '../../../test/helpers/raw-http.ts'
import type { Exit, Hosted } from '../hosted.ts'
import { connectKeptAlive, outcomeOf } from './client.ts'
import { type Scenario, SLOW_MS } from './scenario.ts'

const CLEAN_UP_MS = 4_000
/** Behind the second in which lastcall takes a second signal for the same Ctrl-C. */
const SECOND_AFTER_MS = 1_200

/** `exit 0`, or the signal that it died of. */
export const exitWord = ({ code, signal }: Exit): string =>
  signal === null ? `exit ${code}` : `dies of ${signal}`

async function requestOf(host: Hosted, ms: number): Promise<string> {
  const client = await RawClient.connect(host.port)
  client.get(`/slow?ms=${ms}`)
  await host.arrived()
  host.signal('SIGTERM')
  return outcomeOf(client, 'served')
}

/** What a second signal does while the clean-up runs. */
async function secondSignal(host: Hosted, second: NodeJS.Signals): Promise<string> {
  host.signal('SIGTERM')
  const began = await host.cleaningUp(CLEAN_UP_MS)
  if (began === null) return 'no clean-up'
  await sleep(SECOND_AFTER_MS)
  host.signal(second)
  await host.exited
  // What ends later has waited for its clean-up.
  return Date.now() < began + CLEAN_UP_MS ? 'at once' : 'ignored'
}

/** Scenarios of the process as a whole, for packages that hear the signal themselves. */
export const processScenarios: readonly Scenario[] = [
  {
    id: 'clean',
    title: 'SIGTERM with nothing in flight',
    graceMs: null,
    tellsExit: true,
    wantsExit0: true,
    play: async (host) => {
      host.signal('SIGTERM')
      return null
    },
  },
  {
    id: 'defaults',
    title: 'request of 2 s, defaults',
    graceMs: null,
    limitMs: 15_000,
    tellsExit: true,
    wantsExit0: true,
    play: (host) => requestOf(host, 2_000),
  },
  {
    id: 'grace',
    title: 'request of 3 s, time for connections set to 1 s',
    graceMs: 1_000,
    tellsExit: true,
    wantsTelling: true,
    play: (host) => requestOf(host, 3_000),
  },
  {
    id: 'keep-alive',
    title: 'keep-alive client in flight, defaults',
    graceMs: null,
    tellsExit: true,
    wantsExit0: true,
    limitMs: 15_000,
    play: async (host) => {
      const client = await connectKeptAlive(host)
      client.get(`/slow?ms=${SLOW_MS}`)
      await host.arrived()
      host.signal('SIGTERM')
      const outcome = await outcomeOf(client, 'served', 2)
      const cleaned = await host.cleaningUp(15_000)
      return cleaned !== null ? outcome : `${outcome}, no clean-up`
    },
  },
  {
    id: 'second',
    title: 'second SIGTERM while cleaning up',
    graceMs: null,
    cleanUpMs: CLEAN_UP_MS,
    tellsExit: true,
    play: (host) => secondSignal(host, 'SIGTERM'),
  },
  {
    id: 'other-second',
    title: 'SIGINT while cleaning up after SIGTERM',
    graceMs: null,
    cleanUpMs: CLEAN_UP_MS,
    tellsExit: true,
    play: (host) => secondSignal(host, 'SIGINT'),
  },
  {
    id: 'early',
    title: 'SIGTERM before it listens',
    graceMs: null,
    tellsExit: true,
    wantsExit0: true,
    listens: false,
    play: async (host) => {
      host.signal('SIGTERM')
      return null
    },
  },
  {
    id: 'init',
    title: 'process 1 of a container, a timer left open',
    graceMs: null,
    tellsExit: true,
    wantsExit0: true,
    asInit: true,
    play: async (host) => {
      host.stop()
      return null
    },
  },
]

/** The signal before the server listens, in a package's own matrix. */
export const beforeListening: Scenario = {
  id: 'P',
  title: 'P: stopped before it listens',
  listens: false,
  tellsExit: true,
  wantsExit0: true,
  play: async (host) => {
    host.signal('SIGTERM')
    return null
  },
}
