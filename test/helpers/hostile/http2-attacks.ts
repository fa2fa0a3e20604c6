import type { Attack, Dial } from './attack.ts'
import {
  flags,
  frame,
  frameTypes,
  headerBlock,
  initialWindowSize,
  many,
  preface,
  request,
  reset,
  settings,
} from './http2-frames.ts'
import type { HostileClient, HostileOptions } from './hostile-client.ts'

const COUNT = 2_000
const CANCEL = 8
const start = [preface, settings()]
const clientStream = (index: number): number => 2 * index + 1
const uint32 = (value: number): Buffer => Buffer.from(new Uint32Array([value]).buffer).reverse()

/** Opens a session and waits for the server's first words. */
async function open(dial: Dial, options: HostileOptions = {}): Promise<HostileClient> {
  const client = await dial({ alpn: ['h2'], ...options })
  client.send(...start)
  if (options.neverReads !== true) await client.until('\0\0')
  return client
}

async function readLittle(dial: Dial, path: string): Promise<HostileClient> {
  const client = await dial({ alpn: ['h2'] })
  client.send(preface, settings({ [initialWindowSize]: 2 ** 31 - 1 }))
  client.send(frame(frameTypes.windowUpdate, flags.none, 0, uint32(2 ** 30)), request(1, path))
  await client.readOnly(100_000)
  return client
}

/** A session that breaks the protocol in the drain; the server ends it. */
function breaking(what: string, ...data: readonly (string | Buffer)[]): Attack {
  return { what, forceClosed: null, start: (dial) => open(dial), goOn: (client) => client.send(...data) }
}

/** What goes wrong at once. */
function wrongFromTheStart(what: string, ...data: readonly (string | Buffer)[]): Attack {
  return {
    what,
    forceClosed: null,
    start: async (dial) => {
      const client = await dial({ alpn: ['h2'] })
      client.send(...data)
      return client
    },
  }
}

const floods: readonly Attack[] = Object.entries({
  'SETTINGS frames': many(COUNT, () => settings({ [initialWindowSize]: 65_535 })),
  'PING frames': many(COUNT, () => frame(frameTypes.ping, flags.none, 0, Buffer.alloc(8))),
  'streams that are reset at once': many(COUNT, (index) =>
    Buffer.concat([request(clientStream(index), '/'), reset(clientStream(index), CANCEL)]),
  ),
  'streams that are reset with an error': many(COUNT, (index) =>
    Buffer.concat([request(clientStream(index), '/'), reset(clientStream(index), 2)]),
  ),
  'empty DATA frames': Buffer.concat([
    request(1, '/', 'POST'),
    many(COUNT, () => frame(frameTypes.data, flags.none, 1)),
    reset(1, CANCEL),
  ]),
  'empty CONTINUATION frames': Buffer.concat([
    frame(frameTypes.headers, flags.endStream, 1, headerBlock('/')),
    many(COUNT, () => frame(frameTypes.continuation, flags.none, 1)),
  ]),
  'PRIORITY frames': many(COUNT, (index) =>
    frame(frameTypes.priority, flags.none, clientStream(index), Buffer.alloc(5)),
  ),
  'WINDOW_UPDATE frames': many(COUNT, () => frame(frameTypes.windowUpdate, flags.none, 0, uint32(1))),
  'frames of an unknown type': many(COUNT, () => frame(99, 0xff, 0, Buffer.alloc(16))),
}).flatMap(([what, flood]): Attack[] => [
  {
    what: `2,000 ${what}`,
    forceClosed: null,
    start: async (dial) => {
      const client = await open(dial)
      client.send(flood)
      return client
    },
  },
  {
    what: `2,000 ${what}, in the drain`,
    forceClosed: null,
    start: (dial) => open(dial),
    goOn: (client) => client.send(flood),
  },
])

/** Floods that ask for answers. */
const unread: readonly Attack[] = Object.entries({
  'SETTINGS frames': many(COUNT, () => settings()),
  'PING frames': many(COUNT, () => frame(frameTypes.ping, flags.none, 0, Buffer.alloc(8))),
  streams: many(COUNT, (index) => request(clientStream(index), '/')),
}).map(([what, flood]) => ({
  what: `2,000 ${what}, whose answers are not read`,
  forceClosed: null,
  start: async (dial) => {
    const client = await open(dial, { neverReads: true })
    client.send(flood)
    return client
  },
}))

/** Sessions that are not ended by their client. */
export const http2Silences: readonly Attack[] = [
  {
    what: 'a session that says nothing more, and does not close',
    forceClosed: null,
    start: (dial) => open(dial),
  },
  {
    what: 'a session whose client ends its side',
    forceClosed: null,
    start: async (dial) => {
      const client = await open(dial)
      client.halfClose()
      return client
    },
  },
  {
    what: 'a session that is reset in the drain',
    forceClosed: null,
    start: async (dial) => {
      const client = await open(dial)
      client.send(request(1, '/hang'))
      return client
    },
    goOn: (client) => client.reset(),
  },
  {
    what: 'a session that announces its end and stays',
    forceClosed: null,
    start: async (dial) => {
      const client = await open(dial)
      client.send(frame(frameTypes.goaway, flags.none, 0, Buffer.alloc(8)))
      return client
    },
  },
  {
    what: 'a stream whose body never comes',
    forceClosed: 'stream',
    start: async (dial) => {
      const client = await open(dial)
      client.send(request(1, '/', 'POST'))
      return client
    },
    goOn: (client) => client.send(frame(frameTypes.data, flags.none, 1, Buffer.alloc(1))),
  },
  {
    what: 'a head that never ends',
    forceClosed: null,
    start: async (dial) => {
      const client = await open(dial)
      client.send(frame(frameTypes.headers, flags.none, 1, headerBlock('/')))
      return client
    },
  },
]

/** Answers that are asked for and not read. */
export const http2Unread: readonly Attack[] = [
  {
    what: 'a stream whose window is never opened',
    forceClosed: 'stream',
    start: async (dial) => {
      const client = await dial({ alpn: ['h2'] })
      client.send(preface, settings({ [initialWindowSize]: 0 }), request(1, '/large'))
      await client.until('\0\0')
      return client
    },
  },
  {
    what: 'a large answer of which only the beginning is read',
    forceClosed: 'stream',
    start: (dial) => readLittle(dial, '/stream'),
  },
  {
    what: 'a large answer that is ended at once, of which only the beginning is read',
    forceClosed: 'stream',
    hidden: true,
    patienceMs: 1_000,
    start: (dial) => readLittle(dial, '/large'),
  },
]

/** What an HTTP/2 client may do to a server. */
export const http2Attacks: readonly Attack[] = [
  wrongFromTheStart('a preface that is none', 'PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n'),
  wrongFromTheStart('half a preface', preface.slice(0, 10)),
  wrongFromTheStart('HTTP/1 on a session', 'GET / HTTP/1.1\r\nHost: test\r\n\r\n'),
  wrongFromTheStart('rubbish behind the preface', preface, '\xff'.repeat(100)),
  wrongFromTheStart('a preface without settings', preface, request(1, '/')),
  wrongFromTheStart('a window size that cannot be', preface, settings({ [initialWindowSize]: 2 ** 32 - 1 })),
  breaking('a frame longer than was agreed', '\xff\xff\xff\0\0\0\0\0\x01'),
  breaking('rubbish between frames', '\xff'.repeat(100)),
  breaking('data on stream 0', frame(frameTypes.data, flags.none, 0, Buffer.alloc(1))),
  breaking('data on a stream that nobody opened', frame(frameTypes.data, flags.none, 7, Buffer.alloc(1))),
  breaking('headers that are no HPACK', frame(frameTypes.headers, 5, 1, Buffer.alloc(20, 0xff))),
  breaking('a stream of the server’s', request(2, '/')),
  breaking('a reset of a stream that nobody opened', reset(9, CANCEL)),
  breaking('a PING of four bytes', frame(frameTypes.ping, flags.none, 0, Buffer.alloc(4))),
  breaking('a window that overflows', frame(frameTypes.windowUpdate, flags.none, 0, uint32(2 ** 31 - 1))),
  breaking('a window that is opened by nothing', frame(frameTypes.windowUpdate, flags.none, 0, uint32(0))),
  breaking('answers to PINGs that nobody sent', frame(frameTypes.ping, flags.ack, 0, Buffer.alloc(8))),
  ...floods,
  ...unread,
  ...http2Silences,
]
