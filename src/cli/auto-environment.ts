/** Variables of a command, to be handed to a child process. */
type Environment = Readonly<Record<string, string | undefined>>

/** The environment in which a command and all that it starts run under `lastcall/auto` of this package. */
export function underAuto(env: Environment): Environment {
  // A name would be looked for from the directory of the command, which need not have lastcall. The same two
  // levels up from src/cli and from dist/cli.
  const entry = new URL('../../dist/integrations/auto/index.js', import.meta.url)
  // A URL has neither spaces nor quotes, so it needs none of the quotes of NODE_OPTIONS.
  const added = `--import=${entry.href}`
  const given = env['NODE_OPTIONS']
  return { ...env, NODE_OPTIONS: given ? `${given} ${added}` : added }
}
