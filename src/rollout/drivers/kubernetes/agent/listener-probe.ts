import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ListenerState } from './protocol.ts'

/** How often each pod is dialled, and how long a connect may take. Milliseconds. */
export const PROBE_PERIOD_MS = 100
const CONNECT_TIMEOUT_MS = 1_000

/**
 * Hears of each change. `atMs` is when that connect began, `lastOtherMs` when the last one before the change
 * did; null for the first. Wall clock.
 */
export type OnListenerChange = (state: ListenerState, atMs: number, lastOtherMs: number | null) => void

/** Dials an address every {@link PROBE_PERIOD_MS} until the signal is aborted; never rejects. */
export async function probeListener(
  address: { readonly host: string; readonly port: number },
  onChange: OnListenerChange,
  signal: AbortSignal,
): Promise<void> {
  let last: { readonly state: ListenerState; readonly atMs: number } | undefined
  while (!signal.aborted) {
    const atMs = Date.now()
    const began = performance.now()
    const state = await dial(address, signal)
    if (signal.aborted) return
    if (state !== last?.state) onChange(state, atMs, last?.atMs ?? null)
    last = { state, atMs }
    const restMs = PROBE_PERIOD_MS - (performance.now() - began)
    if (restMs > 0) await sleep(restMs, undefined, { signal }).catch(() => undefined)
  }
}

function dial(
  { host, port }: { readonly host: string; readonly port: number },
  signal: AbortSignal,
): Promise<ListenerState> {
  const { promise, resolve } = Promise.withResolvers<ListenerState>()
  const socket = connect({ host, port })
  const settle = (state: ListenerState): void => {
    clearTimeout(timer)
    socket.destroy()
    resolve(state)
  }
  const timer = setTimeout(() => settle('silent'), CONNECT_TIMEOUT_MS)
  signal.addEventListener('abort', () => settle('silent'), { once: true })
  socket.on('connect', () => settle('accepting'))
  // No route and no answer mean that the pod's network is gone; a refusal comes from a pod that is there.
  socket.on('error', ({ code }: NodeJS.ErrnoException) =>
    settle(code === 'ECONNREFUSED' ? 'refused' : 'silent'),
  )
  return promise
}
