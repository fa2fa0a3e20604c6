import { askHttp, type ProbeTarget } from './ask-http.ts'
import { PROBE_PERIOD_MS } from './listener-probe.ts'
import { type OnStateChange, pollState } from './poll.ts'

/** A pod that flaps fills no log: so many changes of one are heard of. */
const MAX_CHANGES = 100

/**
 * Asks a pod's readiness probe every {@link PROBE_PERIOD_MS} until the signal is aborted; never rejects. It
 * passes with a status from 200 to 399, as for the kubelet.
 */
export function probeReadiness(
  target: ProbeTarget,
  onChange: OnStateChange<boolean>,
  signal: AbortSignal,
): Promise<void> {
  let changes = 0
  const look = async (): Promise<boolean> => {
    const { status = 0 } = (await askHttp(target, signal)) ?? {}
    return status >= 200 && status < 400
  }
  const onFew: OnStateChange<boolean> = (...change) => {
    if (changes++ < MAX_CHANGES) onChange(...change)
  }
  return pollState(look, onFew, { periodMs: PROBE_PERIOD_MS, signal })
}
