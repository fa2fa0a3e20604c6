import { connect } from 'node:net'
import { type OnStateChange, pollState } from './poll.ts'
import type { ListenerState } from './protocol.ts'

/** Interval and timeout of the probes of a pod. Milliseconds. */
export const PROBE_PERIOD_MS = 100
export const PROBE_TIMEOUT_MS = 1_000

/** Connects to an address every {@link PROBE_PERIOD_MS} until the signal is aborted; never rejects. */
export function probeListener(
  address: { readonly host: string; readonly port: number },
  onChange: OnStateChange<ListenerState>,
  signal: AbortSignal,
): Promise<void> {
  return pollState(() => dial(address, signal), onChange, { periodMs: PROBE_PERIOD_MS, signal })
}

function dial(
  { host, port }: { readonly host: string; readonly port: number },
  signal: AbortSignal,
): Promise<ListenerState> {
  const { promise, resolve } = Promise.withResolvers<ListenerState>()
  const socket = connect({ host, port })
  const onAbort = (): void => settle('silent')
  const settle = (state: ListenerState): void => {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
    socket.destroy()
    resolve(state)
  }
  const timer = setTimeout(() => settle('silent'), PROBE_TIMEOUT_MS)
  signal.addEventListener('abort', onAbort, { once: true })
  socket.on('connect', () => settle('accepting'))
  // No route and no answer mean that the pod's network is gone. A refusal comes from a pod that still exists.
  socket.on('error', ({ code }: NodeJS.ErrnoException) =>
    settle(code === 'ECONNREFUSED' ? 'refused' : 'silent'),
  )
  return promise
}
