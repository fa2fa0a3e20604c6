import { channel } from 'node:diagnostics_channel'
import { Command } from 'commander'
import { DEFAULT_PROBE_HOST, DEFAULT_PROBE_PORT } from '../../core/defaults.ts'
import { formatDuration } from '../../core/duration.ts'
import type { Logger } from '../../core/logger.ts'
import { describeUnusable } from '../../supervisor/control/default-control.ts'
import { logicalFolder } from '../../supervisor/generation/logical-folder.ts'
import { becomeInit, reportToInit } from '../../supervisor/init/become-init.ts'
import * as defaults from '../../supervisor/options.ts'
import type { SupervisorOptions } from '../../supervisor/options.ts'
import type { RunningSupervisor } from '../../supervisor/running.ts'
import { takeActivated } from '../../supervisor/sockets/take-activated.ts'
import { startSupervisor } from '../../supervisor/start-supervisor.ts'
import type { RawFlags } from '../flag-reader.ts'
import { addHelp, type Example } from '../help.ts'
import type { CliIo } from '../io.ts'
import { refuseWindows } from '../refuse-windows.ts'
import { readRunFlags, type RunFlags } from '../run-flags.ts'
import { createRunLog } from '../run-log.ts'
import { followSignals } from '../run-signals.ts'

const examples: readonly Example[] = [
  ['lastcall run --listen http=0.0.0.0:8080 -- node server.js', 'SIGHUP or lastcall restart replaces it'],
  ['lastcall run --listen http=8080 --auto -- node server.js', 'a server that is not changed'],
  ['lastcall run --listen http=8080 --watch /etc/config -- node server.js', 'restart when a file changes'],
  [
    'lastcall run --listen web=8080 --ready http://127.0.0.1:9000/health -- ./server',
    'a program without lastcall',
  ],
]

const repeatable = (value: string, before: readonly string[] = []): readonly string[] => [...before, value]
const duration = (ms: number): string => `(default: ${formatDuration(ms)})`

/** `lastcall run -- COMMAND`: supervises a program, and restarts it in place. */
export function createRunCommand(io: CliIo, onExitCode: (code: number) => void): Command {
  const command = new Command('run')
    .description('Run a server and replace its process without a lost request: the socket and the PID stay')
    .argument('<command...>', 'command that starts the application')
    .passThroughOptions()
    .option(
      '--listen <socket>',
      'socket to hold: http=0.0.0.0:8080, http=8080, admin=unix:/run/shop.sock, or the name of a socket ' +
        'that systemd passes; repeatable',
      repeatable,
    )
    .option(
      '--ready <how>',
      'when a new process may take over: lastcall (its readiness checks pass), a URL of it that answers, ' +
        'or alive:2s (default: lastcall)',
    )
    .option(
      '--ready-timeout <duration>',
      `how long a new process may take until then ${duration(defaults.DEFAULT_READY_TIMEOUT_MS)}`,
    )
    .option(
      '--soak <duration>',
      'how long the old process can take over again when the new one fails ' +
        duration(defaults.DEFAULT_SOAK_MS),
    )
    .option(
      '--hand-over <duration>',
      `least shutdown delay of a process that is replaced ${duration(defaults.DEFAULT_HAND_OVER_MS)}`,
    )
    .option(
      '--hammer-after <duration>',
      'how long a process may take to end (default: its longest shutdown and the hand-over, plus 1s; ' +
        `${formatDuration(defaults.DEFAULT_HAMMER_AFTER_MS)} without lastcall)`,
    )
    .option('--standby', 'keep a second process ready, which takes over at once when the first one dies')
    .option('--pre-start <command>', 'shell command line that refuses a restart by another exit code than 0')
    .option('--watch <path>', 'file or folder whose change restarts; repeatable', repeatable)
    .option(
      '--crash-limit <n>',
      `crashes in a row after which to give up (default: ${defaults.DEFAULT_CRASH_LIMIT})`,
    )
    .option(
      '--control <path>',
      'unix socket for lastcall restart, status, stop and hammer, or none (default: LASTCALL_CONTROL, else ' +
        'PID.sock in $XDG_RUNTIME_DIR/lastcall or /tmp/lastcall-UID)',
    )
    .option(
      '--probe-port <port>',
      `port of /livez, /readyz, /startupz and /metrics; 0 for any (default: ${DEFAULT_PROBE_PORT})`,
    )
    .option('--probe-host <address>', `address of these (default: ${DEFAULT_PROBE_HOST})`)
    .option('--no-probes', 'answer no probes')
    .option('--auto', 'run the command under lastcall/auto, for a Node.js server that is not changed')
  return addHelp(command, 'run', examples)
    .option('--no-color', 'no colours, even on a terminal')
    .option('--quiet', 'log warnings and errors only')
    .action(async (words: string[], raw: RawFlags) => onExitCode(await run(words, raw, io)))
}

async function run(words: readonly string[], raw: RawFlags, io: CliIo): Promise<number> {
  refuseWindows('lastcall run')
  keepAutoAway()
  const log = createRunLog(io, { quiet: raw['quiet'] === true, color: raw['color'] !== false })
  const withoutInit = becomeInit(process.argv)
  if (withoutInit !== null) log.warn({}, `lastcall: ${withoutInit}`)
  const { promise: supervisor, resolve } = Promise.withResolvers<RunningSupervisor>()
  const unfollow = followSignals(io, supervisor)
  try {
    // Without what is meant for this process alone.
    const env = { ...io.env }
    reportToInit(env, process.ppid)
    const flags = readRunFlags(raw, words, { cwd: logicalFolder(env, io.cwd), env })
    const options = await withUsableControl(flags, log)
    const activated = takeActivated(env, process.pid)
    const running = await startSupervisor(options, { logger: log, env, pid: process.pid, activated })
    resolve(running)
    return await running.ended
  } finally {
    unfollow()
  }
}

/**
 * `NODE_OPTIONS=--import lastcall/auto` may be meant for the program, and reaches this process as well. Auto
 * leaves a process alone that has a lifecycle of its own.
 */
function keepAutoAway(): void {
  channel('lastcall:lifecycle:created').publish({})
}

/** Nobody has asked for the default control socket, so it must not keep the program from starting. */
async function withUsableControl(
  { options, isControlDefault }: RunFlags,
  log: Logger,
): Promise<SupervisorOptions> {
  if (options.control === null || !isControlDefault) return options
  const problem = await describeUnusable(options.control)
  if (problem === null) return options
  log.warn({ problem }, 'lastcall: there is no control socket; choose a path with --control')
  return { ...options, control: null }
}
