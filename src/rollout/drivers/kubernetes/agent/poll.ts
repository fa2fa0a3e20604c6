import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Called for each change. `atMs` is the start of the poll that saw it. `lastOtherMs` is the start of the last
 * poll before the change; null for the first. Wall clock.
 */
export type OnStateChange<State> = (state: State, atMs: number, lastOtherMs: number | null) => void

/** Polls at most once per `periodMs` until the signal is aborted; never rejects. */
export async function pollState<State>(
  look: () => Promise<State>,
  onChange: OnStateChange<State>,
  { periodMs, signal }: { readonly periodMs: number; readonly signal: AbortSignal },
): Promise<void> {
  let last: { readonly state: State; readonly atMs: number } | undefined
  while (!signal.aborted) {
    const atMs = Date.now()
    const began = performance.now()
    const state = await look()
    if (signal.aborted) return
    if (last === undefined || state !== last.state) onChange(state, atMs, last?.atMs ?? null)
    last = { state, atMs }
    const restMs = periodMs - (performance.now() - began)
    if (restMs > 0) await sleep(restMs, undefined, { signal }).catch(() => undefined)
  }
}
