/** One way to end a server: a package as its README sets it up, bare Node, or lastcall. */
export interface Column {
  readonly id: string
  /** Head of its column. */
  readonly title: string
  /** File of `adapters`, without its ending. */
  readonly adapter: string
  /** What `npm i` installs for it; null for bare Node. */
  readonly packageName: string | null
  /** What its adapter is given: a server of Node, or a Fastify app. */
  readonly serves: 'server' | 'fastify'
  /** Whether the package hears the signal itself. Without that there is nothing of it in the process table: those lines are the user's own. */
  readonly hearsSignals: boolean
  /** Environment of its process, over {@link baseEnvironment}. */
  readonly env?: Readonly<Record<string, string>>
}

/** Outside Kubernetes, with probe ports that two runs at once do not quarrel about. */
export const baseEnvironment: Readonly<Record<string, string>> = {
  LASTCALL_PROBE_PORT: '0',
  LASTCALL_PROBE_HOST: '127.0.0.1',
  LASTCALL_TERMINATION_LOG: 'false',
  LASTCALL_SHUTDOWN_DELAY: '0',
}

const plain = { serves: 'server', hearsSignals: false } as const
const signalled = { serves: 'server', hearsSignals: true } as const

/** All columns, in the order of the tables. */
export const columns: readonly Column[] = [
  { ...plain, id: 'core', title: '`server.close()`', adapter: 'core', packageName: null },
  { ...plain, id: 'stoppable', title: 'stoppable', adapter: 'stoppable', packageName: 'stoppable' },
  {
    ...plain,
    id: 'http-shutdown',
    title: 'http-shutdown',
    adapter: 'http-shutdown',
    packageName: 'http-shutdown',
  },
  {
    ...plain,
    id: 'http-terminator',
    title: 'http-terminator',
    adapter: 'http-terminator',
    packageName: 'http-terminator',
  },
  {
    ...plain,
    id: 'lil-http-terminator',
    title: 'lil-http-terminator',
    adapter: 'lil-http-terminator',
    packageName: 'lil-http-terminator',
  },
  {
    ...signalled,
    id: 'http-graceful-shutdown',
    title: 'http-graceful-shutdown',
    adapter: 'http-graceful-shutdown',
    packageName: 'http-graceful-shutdown',
  },
  {
    ...signalled,
    id: 'terminus',
    title: '@godaddy/terminus',
    adapter: 'terminus',
    packageName: '@godaddy/terminus',
  },
  { ...signalled, id: 'lightship', title: 'lightship', adapter: 'lightship', packageName: 'lightship' },
  {
    ...signalled,
    id: 'graceful-server',
    title: '@gquittet/graceful-server',
    adapter: 'graceful-server',
    packageName: '@gquittet/graceful-server',
  },
  {
    id: 'close-with-grace',
    title: 'Fastify, close-with-grace',
    adapter: 'close-with-grace',
    packageName: 'close-with-grace',
    serves: 'fastify',
    hearsSignals: true,
  },
  {
    id: 'fastify-graceful-shutdown',
    title: 'Fastify, fastify-graceful-shutdown',
    adapter: 'fastify-graceful-shutdown',
    packageName: 'fastify-graceful-shutdown',
    serves: 'fastify',
    hearsSignals: true,
  },
  { ...signalled, id: 'lastcall', title: 'lastcall, no delay', adapter: 'lastcall', packageName: 'lastcall' },
  {
    ...signalled,
    id: 'lastcall-delay',
    title: 'lastcall, delay 1 s',
    adapter: 'lastcall',
    packageName: null,
    env: { LASTCALL_SHUTDOWN_DELAY: '1s' },
  },
  {
    id: 'lastcall-fastify',
    title: 'Fastify, lastcall/fastify',
    adapter: 'lastcall-fastify',
    packageName: null,
    serves: 'fastify',
    hearsSignals: true,
  },
]
