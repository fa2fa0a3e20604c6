import { askHttp, type ProbeTarget } from './ask-http.ts'
import { PROBE_PERIOD_MS } from './listener-probe.ts'
import { type OnStateChange, pollState } from './poll.ts'

/** Limit of reported changes per pod, so that an unstable pod does not fill the log. */
const MAX_CHANGES = 100

/**
 * Runs a pod's readiness probe every {@link PROBE_PERIOD_MS} until the signal is aborted; never rejects. As
 * for the kubelet, statuses from 200 to 399 pass.
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
