import { readFileSync } from 'node:fs'
import { type ChildExit, startChildGroup } from '../../../process/child-group.ts'
import { accepts, watchReadiness } from '../../../process/probe-client.ts'
import {
  isMisbehaved,
  type PodEnding,
  type PodRecord,
  type PodState,
  readTerminationMessage,
  type TerminationMessage,
} from '../../pod-record.ts'
import type { Timeline } from '../../timeline.ts'
import type { PodTimes } from '../shared/pod-times.ts'
import { findTakenPort } from '../shared/taken-port.ts'
import { type LocalOptions, podEnvironment, TERMINATION_LOG } from './local-options.ts'
import type { PodPorts, PodProbe } from './readiness.ts'
import { describeSilence, diagnoseStart } from './start-diagnosis.ts'
import { terminatePod } from './termination.ts'

/** A pod, as the driver controls it. */
export interface Pod {
  readonly name: string
  readonly ports: PodPorts
  /**
   * Resolves when the pod is ready for the first time. Rejects with `LASTCALL_APP_NOT_READY`, or with another
   * error if the driver stops it first.
   */
  readonly becameReady: Promise<void>
  readonly gone: Promise<void>
  record(): PodRecord
  /** Ends the pod like the kubelet; resolves when it is gone. */
  delete(): Promise<void>
  /** Kills the pod and all processes that it started, at once. */
  kill(): void
}

/** The surroundings of a pod. */
export interface PodContext {
  readonly options: LocalOptions
  readonly timeline: Timeline
  readonly terminationLog: string
  readonly probe: PodProbe
  onReadyChange(pod: Pod, ready: boolean): void
}

/** After this time the run reports what a pod lacks to be ready. It still waits for `--ready-timeout`. */
const HINT_AFTER_MS = 5_000

/** Starts a pod and its readiness probe. */
export function startPod(name: string, ports: PodPorts, context: PodContext): Pod {
  const { options, timeline, terminationLog, probe } = context
  const starting = { name, ports, options, probe }
  const env = podEnvironment(options, name, ports, terminationLog)
  let serverOutlived = false
  const process = startChildGroup({
    command: options.command,
    cwd: options.cwd,
    env,
    mark: TERMINATION_LOG,
    inspectSurvivors: async () => (serverOutlived = await accepts(ports.port)),
  })
  const times: PodTimes = {
    startedAt: timeline.record('pod-started', {
      pod: name,
      detail: `pid ${process.pid ?? '-'}, port ${ports.port}`,
    }),
  }
  const probing = new AbortController()
  const { promise: becameReady, resolve, reject } = Promise.withResolvers<void>()
  let state: PodState = 'starting'
  let killed = false
  let stopped = false
  let refused = false
  let exit: ChildExit | undefined
  let left: TerminationMessage = {}

  const onReadyChange = (ready: boolean): void => {
    const at = timeline.record(ready ? 'pod-ready' : 'pod-unready', { pod: name })
    if (ready) times.readyAt ??= at
    state = ready ? 'ready' : 'unready'
    context.onReadyChange(pod, ready)
    if (!ready) return
    clearTimeout(giveUp)
    clearTimeout(hint)
    resolve()
  }
  const giveUp = setTimeout(() => {
    if (state !== 'starting') return
    refused = true
    void diagnoseStart(starting, process).then(reject)
  }, options.readyTimeoutMs)
  const hint = setTimeout(() => {
    if (state !== 'starting') return
    const soFar = { ...starting, options: { ...options, readyTimeoutMs: HINT_AFTER_MS } }
    void describeSilence(soFar).then((detail) => timeline.record('notice', { pod: name, detail }))
  }, HINT_AFTER_MS)
  void watchReadiness(() => probe.ask(), onReadyChange, probing.signal)

  const gone = process.exited.then(async (ended) => {
    exit = ended
    left = readLog(terminationLog)
    probing.abort()
    clearTimeout(giveUp)
    clearTimeout(hint)
    if (state === 'ready') context.onReadyChange(pod, false)
    state = 'gone'
    times.exitedAt = timeline.record('pod-exited', { pod: name, detail: describeExit(ended) })
    if (times.readyAt) return
    // The caller waits for this pod and must not wait forever.
    if (stopped) return reject(new Error(`Start ${name}: the driver has been stopped`))
    refused = true
    reject(await diagnoseStart(starting, process, ended))
  })

  const ending = (): PodEnding => {
    if (refused) return lostItsPort(process.output(), ports) ? 'port-taken' : 'not-ready'
    if (stopped || exit === undefined) return 'running'
    if (!times.deletedAt) return 'crashed'
    if (killed) return 'killed'
    if (serverOutlived) return 'wrapper'
    if (exit.signal === 'SIGTERM') return 'unhandled-signal'
    return exit.code === 0 ? 'clean' : 'exit-code'
  }
  const pod: Pod = {
    name,
    ports,
    becameReady,
    gone,
    record() {
      const how = ending()
      return {
        name,
        state,
        ...times,
        exitCode: exit?.code,
        ending: how,
        ...left,
        forceClosed: left.report?.forcedCloses.total,
        output: isMisbehaved({ ending: how }) ? process.output() : [],
        local: { pid: process.pid, ...ports, readiness: probe.asked(), exitSignal: exit?.signal },
      }
    },
    async delete() {
      if (times.deletedAt || exit) return gone
      times.deletedAt = timeline.record('pod-deleted', { pod: name })
      context.onReadyChange(pod, false)
      state = 'terminating'
      // A kubelet would continue to probe readiness, but no client reads the result: a terminating endpoint
      // is never ready (KEP-1672).
      probing.abort()
      const limits = { preStopMs: options.budget.preStopMs, gracePeriodMs: options.gracePeriodMs }
      await terminatePod(process, limits, {
        preStopStarted: () => void timeline.record('pre-stop-started', { pod: name }),
        signalled: () => void (times.signalledAt = timeline.record('pod-signalled', { pod: name })),
        killed: () => {
          killed = true
          timeline.record('pod-killed', { pod: name })
        },
      })
      return gone
    },
    kill() {
      stopped ||= exit === undefined
      probing.abort()
      clearTimeout(giveUp)
      clearTimeout(hint)
      process.kill()
    },
  }
  return pod
}

/** Whether another program took the port first. A port outside the pod's own is the application's choice. */
function lostItsPort(output: readonly string[], ports: PodPorts): boolean {
  const taken = findTakenPort(output)
  if (taken === undefined) return false
  return taken.port === undefined || Object.values(ports).includes(taken.port)
}

function describeExit(exit: ChildExit): string {
  if (exit.error) return exit.error.message
  return exit.signal ? `ended by ${exit.signal}` : `exit code ${exit.code}`
}

function readLog(file: string): TerminationMessage {
  try {
    const text = readFileSync(file, 'utf8')
    // Most applications leave no message, so its absence is not reported.
    return text === '' ? {} : readTerminationMessage(text)
  } catch {
    // The folder is deleted when the driver stops.
    return {}
  }
}
