import { formatDuration } from '../../../core/duration.ts'
import { LastcallError } from '../../../core/errors.ts'
import type { ChildExit, ChildGroup } from '../../../process/child-group.ts'
import { accepts } from '../../../process/probe-client.ts'
import type { AskedReadiness } from '../../pod-record.ts'
import { quoteOutput } from '../shared/quote-output.ts'
import { findTakenPort } from '../shared/taken-port.ts'
import type { LocalOptions } from './local-options.ts'
import type { PodPorts, PodProbe } from './readiness.ts'

/** A pod that is starting. */
export interface StartingPod {
  readonly name: string
  readonly ports: PodPorts
  readonly options: Pick<LocalOptions, 'command' | 'readyTimeoutMs' | 'readiness'>
  readonly probe: PodProbe
}

/**
 * Explains why a pod is not ready: it cannot be started, it ended, it does not listen, or it listens and does
 * not report readiness.
 */
export async function diagnoseStart(
  pod: StartingPod,
  process: ChildGroup,
  exit?: ChildExit,
): Promise<LastcallError> {
  const sentence = exit ? describeEnd(pod, exit, process.output()) : await describeSilence(pod)
  const output = exit?.error ? '' : quoteOutput(process.output())
  return new LastcallError('LASTCALL_APP_NOT_READY', [`${sentence}${output}`])
}

function describeEnd(pod: StartingPod, exit: ChildExit, output: readonly string[]): string {
  const { name, ports, options } = pod
  const { command } = options
  const shown = command.join(' ')
  if (exit.error) {
    // Some program names contain a space, so only a failed start shows that the user meant arguments.
    if (/\s/.test(shown.trim()) && command.length === 1) {
      return `there is no program with the name '${shown}'; remove the quotes: lastcall rehearse -- ${shown.trim()}`
    }
    return `'${shown}' cannot be started (${exit.error.message}); check that the first word after -- is a program in the PATH`
  }
  const taken = findTakenPort(output)?.port
  if (taken !== undefined && !Object.values(ports).includes(taken)) {
    return (
      `${name} ('${shown}') could not listen on port ${taken}, which is taken; ` +
      `each pod has a port of its own: let the application listen on the port in the environment variable PORT`
    )
  }
  const how = exit.signal ? `was ended by ${exit.signal}` : `ended with exit code ${exit.code}`
  return `${name} ('${shown}') ${how} before it was ready; run the command by itself to see why`
}

/** Explains what a running pod lacks to be ready, as of now. */
export async function describeSilence(pod: StartingPod): Promise<string> {
  const { name, ports, options, probe } = pod
  const limit = formatDuration(options.readyTimeoutMs)
  // A worker may have no other port.
  if (probe.asked()?.kind === 'probe-server' && (await accepts(ports.probePort))) {
    return describeProbe(pod, { kind: 'probe-server' })
  }
  if (options.readiness.kind === 'worker') {
    return (
      `${name} had no time to become ready within ${limit}: it has no probe server (LASTCALL_PROBE_PORT), ` +
      'and without one a worker counts as ready when it runs for 3s; give it more time with --ready-timeout'
    )
  }
  if (!(await accepts(ports.port))) {
    if (await accepts(ports.port, '::1')) {
      return (
        `${name} listens on port ${ports.port} of ::1 only; ` +
        'let it listen on all addresses, as in a pod: without a host, or on 0.0.0.0'
      )
    }
    return (
      `${name} did not listen on its port ${ports.port} within ${limit}; ` +
      `let the application listen on the port in the environment variable PORT, or give it more time with --ready-timeout`
    )
  }
  const readiness = probe.asked() ?? { kind: 'tcp' }
  if (readiness.kind === 'tcp') {
    return (
      `${name} began to listen on its port ${ports.port} when ${limit} were over; ` +
      'give it more time with --ready-timeout'
    )
  }
  return describeProbe(pod, readiness)
}

async function describeProbe(
  { name, ports, options, probe }: StartingPod,
  readiness: AskedReadiness,
): Promise<string> {
  const limit = formatDuration(options.readyTimeoutMs)
  const asked = readiness.kind === 'path' ? `GET ${readiness.path}` : `GET /readyz on port ${ports.probePort}`
  const { status, text = '' } = await probe.ask()
  if (status === undefined && readiness.kind === 'probe-server') {
    return (
      `${name} listens on port ${ports.port}, and nobody answered ${asked} (LASTCALL_PROBE_PORT) within ${limit}; ` +
      `an application without lastcall needs --readiness /path (a path of its own) or --readiness tcp`
    )
  }
  const got = status === undefined ? 'did not answer in time' : `answered ${status}${quoteText(text)}`
  const remedy = 'correct what it waits for, or give it more time with --ready-timeout'
  return `${name} did not become ready within ${limit}: ${asked} ${got}; ${remedy}`
}

function quoteText(text: string): string {
  const line = text.trim().replaceAll(/\s*\n\s*/g, ', ')
  return line === '' ? '' : ` (${line})`
}
