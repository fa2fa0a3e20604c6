import { type Environment, optionRules } from './option-rules.ts'
import { supervisionVariables } from './supervision.ts'

// Kubernetes sets these variables for every Service (kubernetes.io, "Service environment variables"). A
// Service named `lastcall-probe` brings LASTCALL_PROBE_PORT, which is not our option then.
const isServiceAddress = (name: string, text: string): boolean =>
  name.endsWith('_PORT') && /^(tcp|udp|sctp):\/\//i.test(text)

/** The text of a variable; undefined when the variable is not set. */
export function variable(env: Environment, name: string): string | undefined {
  const text = env[name]
  // A template without a value leaves an empty variable behind. It means "not set".
  return text === undefined || text === '' || isServiceAddress(name, text) ? undefined : text
}

/** One problem for each option that does not exist. */
export function unknownNames(input: object): string[] {
  const known = Object.keys(optionRules)
  return Object.keys(input)
    .filter((name) => !known.includes(name))
    .map((name) => `${name}: there is no such option; the options are ${known.join(', ')}`)
}

/**
 * A Service named `lastcall` or `lastcall-…` puts these variables into every pod of its namespace. They are
 * not options.
 */
const serviceVariable =
  /^LASTCALL_(SERVICE_|PORT$|PORT_|\w+_SERVICE_HOST$|\w+_SERVICE_PORT(_|$)|\w+_PORT_\d+_(TCP|UDP|SCTP))/

/**
 * Unknown variables are reported, not refused: a variable from a newer chart must not stop an older
 * application.
 */
export function unknownVariables(env: Environment): { readonly message: string }[] {
  const known: readonly unknown[] = [
    ...Object.values(optionRules).map((rule) => rule.env),
    ...Object.values(supervisionVariables),
  ]
  return Object.keys(env)
    .filter((name) => name.startsWith('LASTCALL_') && !known.includes(name) && !serviceVariable.test(name))
    .filter((name) => variable(env, name) !== undefined)
    .map((name) => ({ message: `${name} is set, but no option has this name; check the spelling` }))
}
