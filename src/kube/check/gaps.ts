import { durationOf, isElsewhere, optionVariables, variablesNamed } from '../environment.ts'
import { preStopOf } from '../pre-stop.ts'
import { settingNames } from '../write-pod.ts'
import type { CheckedPod } from './rule.ts'

/** Facts about a pod that the rules need and these files do not have. Sentences. */
export function gapsOf({ container: { value, unseen } }: CheckedPod): readonly string[] {
  const elsewhere = [...optionVariables, 'NODE_OPTIONS'].filter((name) => isElsewhere(value, name))
  // env has precedence over envFrom.
  const isDecided = settingNames.every((name) => variablesNamed(value, name).length > 0)
  const hook = preStopOf(value)
  const isTimed = typeof durationOf(value, 'LASTCALL_PRE_STOP') === 'number'
  return [
    ...(isDecided ? [] : unseen).map((name) => `envFrom reads ${name}, which these files do not have`),
    ...elsewhere.map((name) => `${name} has a valueFrom, which lastcall does not follow`),
    ...(hook.how === 'unknown' && !isTimed ? [untimedHook(hook.what)] : []),
  ]
}

function untimedHook(what: string): string {
  const said = `the preStop hook is ${what}, and the manifest does not say how long it takes`
  return `${said}: the sum has 0s for it; say it with LASTCALL_PRE_STOP`
}
