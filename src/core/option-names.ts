import { type Environment, optionRules } from './option-rules.ts'

// What Kubernetes sets for a Service (kubernetes.io, "Service environment variables"): for one named
// `lastcall-probe`, LASTCALL_PROBE_PORT is among it.
const isServiceAddress = (name: string, text: string): boolean =>
  name.endsWith('_PORT') && /^(tcp|udp|sctp):\/\//i.test(text)

/** The text of a variable; undefined when it is not set. */
export function variable(env: Environment, name: string): string | undefined {
  const text = env[name]
  // An empty variable is what a template leaves behind when it has no value; it means "not set".
  return text === undefined || text === '' || isServiceAddress(name, text) ? undefined : text
}

/** What is wrong with options that do not exist. */
export function unknownNames(input: object): string[] {
  const known = Object.keys(optionRules)
  return Object.keys(input)
    .filter((name) => !known.includes(name))
    .map((name) => `${name}: there is no such option; the options are ${known.join(', ')}`)
}

/**
 * A Service named `lastcall` or `lastcall-…` puts these into every pod beside it; they are none of our
 * options.
 */
const serviceVariable =
  /^LASTCALL_(SERVICE_|PORT$|PORT_|\w+_SERVICE_HOST$|\w+_SERVICE_PORT(_|$)|\w+_PORT_\d+_(TCP|UDP|SCTP))/

/**
 * A variable that a newer chart sets must not stop an older application: it is shown, not refused.
 */
export function unknownVariables(env: Environment): { readonly message: string }[] {
  const known = Object.values(optionRules).map((rule) => rule.env)
  return Object.keys(env)
    .filter((name) => name.startsWith('LASTCALL_') && !known.includes(name) && !serviceVariable.test(name))
    .filter((name) => variable(env, name) !== undefined)
    .map((name) => ({ message: `${name} is set and no option reads it; look for a misspelling` }))
}
