/** Environment variables for a child process. */
type Environment = Readonly<Record<string, string | undefined>>

/** The environment that runs a command, and everything it starts, under this package's `lastcall/auto`. */
export function underAuto(env: Environment): Environment {
  // Node would resolve a package name from the command's directory, which may not have lastcall. The path is
  // two levels up, both from src/cli and from dist/cli.
  const entry = new URL('../../dist/integrations/auto/index.js', import.meta.url)
  // A URL has neither spaces nor quotes, so NODE_OPTIONS needs no quotes around it.
  const added = `--import=${entry.href}`
  const given = env['NODE_OPTIONS']
  return { ...env, NODE_OPTIONS: given ? `${given} ${added}` : added }
}
