import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Command } from 'commander'
import { toJson, toRehearsalDocument } from '../../report/json.ts'
import { createPalette } from '../../report/palette.ts'
import { renderSummary } from '../../report/summary.ts'
import { type Rehearsal, startRehearsal } from '../../rollout/rehearsal.ts'
import type { RawFlags } from '../flag-reader.ts'
import { type CliIo, exitCodeOf, isColoured } from '../io.ts'
import { addLoadFlags } from '../load-flags.ts'
import { createProgress } from '../progress.ts'
import { readRehearseFlags } from '../rehearse-flags.ts'
import { shutdownHelp } from '../shutdown-flag.ts'

/** `lastcall rehearse -- COMMAND`: a rollout of local processes under load. */
export function createRehearseCommand(io: CliIo, onExitCode: (code: number) => void): Command {
  const command = new Command('rehearse')
    .description('Roll an application over under load, on this machine, and show every request that failed')
    .argument('<command...>', 'what starts the application; it listens on $PORT')
    .passThroughOptions()
    .option('--replicas <n>', 'pods of the application (default: 3)')
    .option('--restarts <n>', 'number of times to replace all pods (default: 1)')
    .option('--duration <duration>', 'repeat until this much time is over')
    .option('--shutdown <times>', `times of the shutdown (default: ${shutdownHelp})`)
    .option('--endpoint-lag <duration>', 'how late clients learn of a change of the endpoints (default: 1s)')
    .option(
      '--readiness <how>',
      "probe (lastcall's probe port), /path on the application's port, or tcp (default: probe)",
    )
    .option('--ready-timeout <duration>', 'how long a pod may take to become ready (default: 30s)')
    .option('--baseline <duration>', 'load before the first restart (default: 3s)')
    .option('--cool-down <duration>', 'load after the last old pod is gone (default: 2s)')
  return addLoadFlags(command)
    .option('--json <file>', 'write the whole run as JSON; - for stdout, instead of the report')
    .option('--no-color', 'no colours, even on a terminal')
    .option('--quiet', 'nothing but the result')
    .action(async (words: string[], raw: RawFlags) => onExitCode(await rehearse(words, raw, io)))
}

async function rehearse(words: readonly string[], raw: RawFlags, io: CliIo): Promise<number> {
  const options = readRehearseFlags(raw, words, io)
  const color = raw['color'] !== false
  const progress = createProgress(io, { quiet: raw['quiet'] === true, color })
  const interrupt = new AbortController()
  let interruptedBy: NodeJS.Signals | undefined
  let rehearsal: Rehearsal | undefined
  const offExit = io.onExit(() => rehearsal?.killAll())
  const offSignal = io.onSignal((signal) => {
    rehearsal?.killAll()
    if (interruptedBy) return io.dieOf(signal)
    interruptedBy = signal
    interrupt.abort()
  })
  try {
    rehearsal = startRehearsal(options, progress.onEvent, interrupt.signal)
    progress.follow(rehearsal)
    const facts = await rehearsal.finished
    const document = toRehearsalDocument(facts, words)
    progress.end()
    const file = raw['json']
    if (typeof file === 'string' && file !== '-') writeFileSync(resolve(io.cwd, file), toJson(document))
    const palette = createPalette(isColoured(io.stdout, io.env, color))
    io.stdout.write(file === '-' ? toJson(document) : renderSummary(document, palette))
    return document.verdict.exitCode
  } catch (error) {
    progress.end()
    if (!interruptedBy) throw error
    io.stderr.write(`Interrupted by ${interruptedBy}; every pod has been killed\n`)
    return exitCodeOf(interruptedBy)
  } finally {
    offSignal()
    offExit()
  }
}
