import { formatDuration } from '../../core/duration.ts'
import {
  anyPortProblem,
  durationOf,
  optionProblem,
  optionVariables,
  probePortOf,
  unquotedValues,
  variablesNamed,
} from '../environment.ts'
import { gracePeriodOf } from '../grace-period.ts'
import { preStopOf } from '../pre-stop.ts'
import { type CheckedPod, type Finding, loses, mayLose } from './rule.ts'

const names = [...optionVariables, 'NODE_OPTIONS']

/** Whether the server can read its variables, and whether they are right. */
export function checkEnv({ workload, podSpec, container: { value } }: CheckedPod): readonly Finding[] {
  const twice = names.filter((name) => variablesNamed(value, name).length > 1)
  const refused = optionVariables.flatMap((name) => optionProblem(value, name) ?? [])
  const isAnyPort = !workload.isJob && probePortOf(value) === anyPortProblem
  const hook = preStopOf(value)
  const hookMs = 'seconds' in hook ? hook.seconds * 1_000 : hook.how === 'none' ? 0 : undefined
  return [
    ...twice.map((name) => loses(`env has ${name} more than once: leave one of them`)),
    ...unquotedValues(value, names).map((problem) => loses(problem)),
    ...refused.map((problem) => loses(`${problem}: the server would refuse to start`)),
    ...(isAnyPort ? [mayLose(anyPortProblem)] : []),
    ...differs('LASTCALL_GRACE_PERIOD', durationOf(value, 'LASTCALL_GRACE_PERIOD'), {
      trueMs: gracePeriodOf(podSpec),
      of: 'terminationGracePeriodSeconds',
      isWrong: (saidMs, trueMs) => saidMs > trueMs,
    }),
    ...differs('LASTCALL_PRE_STOP', durationOf(value, 'LASTCALL_PRE_STOP'), {
      trueMs: hookMs,
      of: 'the preStop hook',
      isWrong: (saidMs, trueMs) => saidMs < trueMs,
    }),
  ]
}

interface Truth {
  readonly trueMs: number | undefined
  readonly of: string
  readonly isWrong: (saidMs: number, trueMs: number) => boolean
}

/** SIGKILL ends a server that plans with more time than it has. */
function differs(name: string, saidMs: unknown, { trueMs, of, isWrong }: Truth): readonly Finding[] {
  if (typeof saidMs !== 'number' || trueMs === undefined || !isWrong(saidMs, trueMs)) return []
  const said = `${name} is ${formatDuration(saidMs)} and ${of} ${formatDuration(trueMs)}`
  return [loses(`${said}: the server plans with time that it does not have; set both to the same`)]
}
