/** What would change how a program of a test behaves; where code that is compiled once is kept does not. */
const decisive = /^(?:LASTCALL_|KUBERNETES_|NODE_(?!COMPILE_CACHE$)|NOTIFY_|LISTEN_)/

/** The environment of the tests, without what a supervisor, a pod or a developer may have put into it. */
export function cleanEnvironment(): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !decisive.test(name)))
}
