import type { FlagReader, RawFlags } from './flag-reader.ts'
import type { ShutdownTimes } from './shutdown-flag.ts'

/** Flags of a rollout of pods, and why a restart in place has no use for them. */
const unused: Readonly<Record<string, string>> = {
  replicas: 'one process serves at a time',
  'endpoint-lag': 'there is one address, which does not change',
}

/** Whether `--in-place` is set. Refuses what makes no sense with it. */
export function readInPlace(reader: FlagReader, raw: RawFlags, { budget }: ShutdownTimes): boolean {
  if (raw['inPlace'] !== true) return false
  const remedy = 'leave the flag out, or leave out --in-place'
  for (const [flag, why] of Object.entries(unused)) {
    if (!reader.has(flag)) continue
    reader.problems.push(
      `--${flag}: got '${reader.text(flag, '')}', which makes no sense with --in-place: ${why}; ${remedy}`,
    )
  }
  if (raw['beforeAfter'] === true) {
    const why =
      'a server that is not changed binds the port that the supervisor holds; compare without --in-place'
    reader.problems.push(`--before-after: makes no sense with --in-place: ${why}`)
  }
  if (budget.preStopMs > 0) {
    const why = 'no kubelet waits for a hook before the signal; leave pre-stop out'
    reader.problems.push(`--shutdown: pre-stop makes no sense with --in-place: ${why}`)
  }
  return true
}
