import type { Logger } from '../core/logger.ts'
import { logChange } from './change-log.ts'
import { startControlServer } from './control/control-server.ts'
import { EndedGenerations } from './ended-generations.ts'
import type { SupervisorOptions } from './options.ts'
import { startProbeServer } from './probes/probe-server.ts'
import type { RunningSupervisor } from './running.ts'
import { toRunning } from './running-supervisor.ts'
import { bindSockets } from './sockets/bind-sockets.ts'
import type { HeldSocket } from './sockets/held-socket.ts'
import { startQueueing } from './sockets/start-queueing.ts'
import { dropStaleReport } from './stale-report.ts'
import { Supervisor } from './supervisor.ts'
import { notifyOfChange } from './systemd/notify-of-change.ts'
import { startNotifier } from './systemd/notifier.ts'
import { watchPaths } from './watch/watch-paths.ts'

/** What a supervisor uses of its own process. */
export interface SupervisorHost {
  readonly logger: Logger
  readonly env: Readonly<Record<string, string | undefined>>
  readonly pid: number
  /** Sockets that systemd has bound; see `takeActivated`. */
  readonly activated: readonly HeldSocket[]
}

/**
 * Takes every port and path first, so that nothing has been started when one of them cannot be had; then
 * starts the first generation.
 * @returns the supervisor; `ended` resolves after everything that it opened is closed
 * @throws LastcallError `LASTCALL_LISTEN`, `LASTCALL_CONTROL_SOCKET`, `LASTCALL_PROBE_PORT`
 */
export async function startSupervisor(
  options: SupervisorOptions,
  host: SupervisorHost,
): Promise<RunningSupervisor> {
  const { promise: running, resolve } = Promise.withResolvers<RunningSupervisor>()
  const opened: (() => Promise<unknown> | void)[] = []
  const closeAll = async (): Promise<void> => {
    for (const close of opened.toReversed()) await close()
  }
  try {
    const { control, probes } = options
    const sockets = await bindSockets(options.listen, host.activated, options.reusePort)
    opened.push(() => sockets.forEach((socket) => socket.close()))
    if (options.ready.kind !== 'lastcall') startQueueing(sockets)
    if (control !== null) {
      const server = await startControlServer(control, running)
      opened.push(() => server[Symbol.asyncDispose]())
    }
    if (probes !== null) {
      const server = await startProbeServer(probes, running)
      opened.push(() => server[Symbol.asyncDispose]())
    }
    const ended = new EndedGenerations()
    const notifier = startNotifier(host)
    opened.push(() => notifier.close())
    const supervisor = new Supervisor(options, {
      sockets,
      logger: host.logger,
      onChange(event, state, before) {
        ended.note(event, before)
        dropStaleReport(host.env, event, state)
        logChange(host.logger, event, state, before)
        notifyOfChange(notifier, state, before)
      },
    })
    if (options.watch.length > 0) {
      const onChange = (paths: readonly string[]): void =>
        void supervisor.restart(`${paths.join(', ')} changed`)
      const watch = watchPaths(options.watch, onChange, { cwd: options.cwd, logger: host.logger })
      opened.push(() => watch[Symbol.dispose]())
    }
    const facts = { options, sockets, ended, startedAt: new Date() }
    const result = toRunning(supervisor, facts, endOf(supervisor, closeAll))
    resolve(result)
    supervisor.start()
    return result
  } catch (error) {
    await closeAll()
    throw error
  }
}

async function endOf(supervisor: Supervisor, closeAll: () => Promise<void>): Promise<number> {
  const exitCode = await supervisor.ended
  await closeAll()
  return exitCode
}
