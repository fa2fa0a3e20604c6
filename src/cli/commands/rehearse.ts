import { Command } from 'commander'
import { toRehearsalDocument } from '../../report/json.ts'
import type { Driver } from '../../rollout/driver.ts'
import { createInPlaceDriver } from '../../rollout/drivers/in-place/driver.ts'
import { createLocalDriver } from '../../rollout/drivers/local/driver.ts'
import type { RehearsalDocument } from '../../rollout/run-document.ts'
import { startRun } from '../../rollout/run.ts'
import type { Timeline } from '../../rollout/timeline.ts'
import { underAuto } from '../auto-environment.ts'
import { showBeforeAfter } from '../before-after.ts'
import { addBudgetFlag } from '../budget-flag.ts'
import type { RawFlags } from '../flag-reader.ts'
import { addHelp, type Example } from '../help.ts'
import type { CliIo } from '../io.ts'
import { addLoadFlags } from '../load-flags.ts'
import { ownEntry } from '../own-entry.ts'
import { readRehearseFlags, type RehearseOptions } from '../rehearse-flags.ts'
import { sayOpenApi, showRun, type ShownRun } from '../show-run.ts'
import { shutdownHelp } from '../shutdown-flag.ts'

const examples: readonly Example[] = [
  ['lastcall rehearse -- node server.js', 'three pods, one rollout'],
  ['lastcall rehearse --before-after -- node server.js', 'what lastcall/auto would change'],
  ['lastcall rehearse --path /orders --method POST -- node server.js', 'a request of your own'],
  ['lastcall rehearse --lanes new-connections,keep-alive -- node server.js', 'some of the lanes'],
  [
    'lastcall rehearse --lanes jobs --jobs-url http://localhost:8080/jobs -- node worker.js',
    'a queue consumer',
  ],
  ['lastcall rehearse --restarts 10 --json run.json -- node server.js', 'rare races, in every detail'],
  ['lastcall rehearse --in-place --auto --restarts 5 -- node server.js', 'five restarts in place'],
]

/** `lastcall rehearse -- COMMAND`: a rollout of local processes, or restarts in place, under load. */
export function createRehearseCommand(io: CliIo, onExitCode: (code: number) => void): Command {
  const command = new Command('rehearse')
    .description('Roll an application over under load, on this machine, and show every request that failed')
    .argument('<command...>', 'command that starts the application, which listens on $PORT')
    .passThroughOptions()
    .option('--replicas <n>', 'pods of the application (default: 3)')
    .option('--restarts <n>', 'number of times to replace all pods (default: 1)')
    .option('--duration <duration>', 'repeat for this long')
    .option('--shutdown <times>', `times of the shutdown (default: ${shutdownHelp})`)
    .option('--endpoint-lag <duration>', 'how late clients learn of a change of the endpoints (default: 1s)')
    .option('--in-place', 'restart one process in place, under lastcall run, instead of rolling pods over')
    .option(
      '--auto',
      'run the command under lastcall/auto, which drains a Node.js server that is not changed',
    )
    .option(
      '--before-after',
      'run the command as it is and then under lastcall/auto, and show both results side by side',
    )
    .option(
      '--readiness <how>',
      "auto, probe (lastcall's probe port), /path on the application's port, or tcp " +
        '(default: auto: probe, or tcp where nothing listens on the probe port; for jobs alone, whether the pod runs); ' +
        'with --in-place what --ready of lastcall run takes (default: lastcall)',
    )
    .option('--ready-timeout <duration>', 'how long a pod may take to become ready (default: 30s)')
    .option('--baseline <duration>', 'load before the first restart (default: 3s)')
    .option('--cool-down <duration>', 'load after the last old pod is gone (default: 2s)')
  return addHelp(addBudgetFlag(addLoadFlags(command)), 'rehearse', examples)
    .option('--json <file>', 'write the whole run as JSON; - for stdout, instead of the report')
    .option('--no-color', 'no colours, even on a terminal')
    .option('--quiet', 'one line: the result')
    .action(async (words: string[], raw: RawFlags) => onExitCode(await rehearse(words, raw, io)))
}

async function rehearse(words: readonly string[], raw: RawFlags, io: CliIo): Promise<number> {
  const options = readRehearseFlags(raw, words, io)
  sayOpenApi(options.openapi, options.load, { raw, io })
  if (raw['beforeAfter'] !== true) return showRun(shownRun(options, raw['auto'] === true), raw, io)
  return showBeforeAfter({ before: shownRun(options, false), after: shownRun(options, true) }, raw, io)
}

function shownRun(given: RehearseOptions, auto: boolean): ShownRun<RehearsalDocument> {
  const openDriver = given.inPlace ? openInPlace : openLocal
  return {
    start: (onEvent) => startRun(given, (timeline) => openDriver(given, auto, timeline), onEvent),
    toDocument: (facts) => toRehearsalDocument(facts, given.command, { auto, openapi: given.openapi }),
    cleanedUp: given.inPlace ? 'every process has been ended' : 'every pod has been killed',
  }
}

function openLocal(options: RehearseOptions, auto: boolean, timeline: Timeline): Driver {
  return createLocalDriver(auto ? { ...options, env: underAuto(options.env) } : options, timeline)
}

function openInPlace(options: RehearseOptions, auto: boolean, timeline: Timeline): Driver {
  return createInPlaceDriver({ ...options, auto, lastcall: ownEntry() }, timeline)
}
