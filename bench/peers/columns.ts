/** The table that a column belongs to: only columns of one table are set up alike. */
export type Group = 'closers' | 'hearers' | 'delayed' | 'fastify'

/** One way to end a server: a package as its README sets it up, bare Node, or lastcall. */
export interface Column {
  readonly id: string
  /** Head of its column. */
  readonly title: string
  readonly group: Group
  /** File of `adapters`, without its ending. */
  readonly adapter: string
  /** What `npm i` installs for it; null for bare Node. */
  readonly packageName: string | null
  /** What its adapter is given: a server of Node, or a Fastify app. */
  readonly serves: 'server' | 'fastify'
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

const closer = { group: 'closers', serves: 'server' } as const
const hearer = { group: 'hearers', serves: 'server' } as const
/** With a delay of 1 s in which everything is still served. */
const delayed = { group: 'delayed', serves: 'server' } as const
const onFastify = { group: 'fastify', serves: 'fastify' } as const

/** A package whose adapter has its name. */
const named = (name: string): Pick<Column, 'id' | 'title' | 'adapter' | 'packageName'> => ({
  id: name,
  title: name,
  adapter: name,
  packageName: name,
})

/** All columns, in the order of the tables. */
export const columns: readonly Column[] = [
  { ...closer, id: 'core', title: '`server.close()`', adapter: 'core', packageName: null },
  { ...closer, ...named('stoppable') },
  { ...closer, ...named('http-shutdown') },
  { ...closer, ...named('http-terminator') },
  { ...closer, ...named('lil-http-terminator') },
  { ...hearer, ...named('http-graceful-shutdown') },
  {
    ...hearer,
    id: 'terminus',
    title: '@godaddy/terminus',
    adapter: 'terminus',
    packageName: '@godaddy/terminus',
  },
  { ...hearer, ...named('lightship') },
  { ...hearer, id: 'lastcall', title: 'lastcall, no delay', adapter: 'lastcall', packageName: 'lastcall' },
  {
    ...delayed,
    id: 'http-graceful-shutdown-delay',
    title: 'http-graceful-shutdown, `preShutdown` of 1 s',
    adapter: 'http-graceful-shutdown-delay',
    packageName: null,
  },
  {
    ...delayed,
    id: 'terminus-delay',
    title: '@godaddy/terminus, `beforeShutdown` of 1 s and `useExit0`',
    adapter: 'terminus-delay',
    packageName: null,
  },
  {
    ...delayed,
    id: 'lightship-delay',
    title: 'lightship, `shutdownDelay` of 1 s',
    adapter: 'lightship-delay',
    packageName: null,
  },
  {
    ...delayed,
    id: 'graceful-server',
    title: '@gquittet/graceful-server, `kubernetes`',
    adapter: 'graceful-server',
    packageName: '@gquittet/graceful-server',
  },
  {
    ...delayed,
    id: 'lastcall-delay',
    title: 'lastcall, delay 1 s',
    adapter: 'lastcall',
    packageName: null,
    env: { LASTCALL_SHUTDOWN_DELAY: '1s' },
  },
  {
    ...onFastify,
    id: 'close-with-grace',
    title: 'Fastify, close-with-grace',
    adapter: 'close-with-grace',
    packageName: 'close-with-grace',
  },
  {
    ...onFastify,
    id: 'fastify-graceful-shutdown',
    title: 'Fastify, fastify-graceful-shutdown',
    adapter: 'fastify-graceful-shutdown',
    packageName: 'fastify-graceful-shutdown',
  },
  {
    ...onFastify,
    id: 'lastcall-fastify',
    title: 'Fastify, lastcall/fastify',
    adapter: 'lastcall-fastify',
    packageName: null,
  },
]
