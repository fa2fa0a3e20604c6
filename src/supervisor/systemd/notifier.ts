import { execFile } from 'node:child_process'
import type { Logger } from '../../core/logger.ts'
import { type Assignments, MessageQueue } from './message-queue.ts'

/** Tells systemd how the supervisor is (sd_notify(3)). Without NOTIFY_SOCKET every method does nothing. */
export interface Notifier {
  ready(status: string): void
  /** Followed by `ready` when the restart is over, whatever came of it. */
  reloading(status: string): void
  stopping(status: string): void
  status(text: string): void
  /** Ends the watchdog's signs of life. Resolves when everything is sent. */
  close(): Promise<void>
}

/** What a notifier needs. */
export interface NotifierOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Process id of the supervisor. */
  readonly pid: number
  readonly logger: Logger
}

/** More than the 5 s for which systemd-notify waits until the manager has read the message. */
const SEND_MS = 10_000

/**
 * Starts the signs of life for the watchdog, at half of its time, when the unit has WatchdogSec=.
 *
 * Node has no unix datagram sockets, so the program `systemd-notify` sends. Unless the supervisor runs as
 * root, the unit needs NotifyAccess=all for it. It waits until the manager has read the message (`--no-block`
 * is not used): a message whose sender has ended cannot be attributed to a unit. The supervisor does not
 * wait.
 */
export function startNotifier({ env, pid, logger }: NotifierOptions): Notifier {
  const queue = new MessageQueue()
  let sending: Promise<void> | null = null
  let hasFailed = false

  const sendAll = async (): Promise<void> => {
    for (let message = queue.take(); message; message = queue.take()) {
      const problem = await send(message, env)
      if (problem === null || hasFailed) continue
      hasFailed = true
      logger.warn({ problem }, 'lastcall: systemd cannot be notified; is systemd-notify installed?')
    }
    sending = null
  }
  const add = (message: Assignments): void => {
    if (env['NOTIFY_SOCKET'] === undefined) return
    queue.add(message)
    sending ??= sendAll()
  }

  const watchdogMs = readWatchdog(env, pid)
  const timer =
    watchdogMs === null ? undefined : setInterval(() => add({ WATCHDOG: '1' }), watchdogMs / 2).unref()
  return {
    ready: (status) => add({ READY: '1', STATUS: oneLine(status) }),
    reloading: (status) =>
      add({ RELOADING: '1', MONOTONIC_USEC: String(monotonicMicroseconds()), STATUS: oneLine(status) }),
    stopping: (status) => add({ STOPPING: '1', STATUS: oneLine(status) }),
    status: (text) => add({ STATUS: oneLine(text) }),
    async close() {
      clearInterval(timer)
      await sending
    },
  }
}

/** Milliseconds until the watchdog acts; null when it does not watch this process. */
function readWatchdog(env: NotifierOptions['env'], pid: number): number | null {
  const { WATCHDOG_USEC, WATCHDOG_PID } = env
  const ms = Number(WATCHDOG_USEC) / 1_000
  return ms > 0 && (WATCHDOG_PID === undefined || Number(WATCHDOG_PID) === pid) ? ms : null
}

/** Resolves to what went wrong, or null. */
function send(message: Assignments, env: NotifierOptions['env']): Promise<string | null> {
  const texts = Object.entries(message).map(([name, value]) => `${name}=${value}`)
  return new Promise((resolve) => {
    execFile('systemd-notify', texts, { env, timeout: SEND_MS }, (error, _, stderr) => {
      resolve(error && (stderr.trim() || error.message))
    })
  })
}

/** Of CLOCK_MONOTONIC, as systemd compares it with the time of its own signal. */
function monotonicMicroseconds(): bigint {
  return process.hrtime.bigint() / 1_000n
}

/** A line end would begin the next assignment. */
function oneLine(text: string): string {
  return text.replace(/[\r\n]+/g, ' ')
}
