import type { Attack, Dial } from './attack.ts'
import type { HostileClient, HostileOptions } from './hostile-client.ts'
import { clientFrame, closeFrame, handshake } from './websocket-frames.ts'

const COUNT = 2_000
const text = Buffer.from('text')

async function open(dial: Dial, options: HostileOptions = {}): Promise<HostileClient> {
  const client = await dial(options)
  client.send(handshake())
  if (options.neverReads !== true) await client.until('\r\n\r\n')
  return client
}

/**
 * What the client sends at once, and again in the drain, where it gets a close frame and does not answer it.
 */
function garbage(what: string, ...data: readonly Buffer[]): Attack {
  return {
    what,
    forceClosed: null,
    start: async (dial) => {
      const client = await open(dial)
      client.send(...data)
      return client
    },
    goOn: (client) => client.send(...data),
  }
}

const badCodes = [0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65_535]

/** What a WebSocket client may do to a server. */
export const websocketAttacks: readonly Attack[] = [
  garbage('bytes that are no frame', Buffer.alloc(1_000, 0xff)),
  garbage('an unknown opcode', clientFrame(3, text)),
  garbage('an unknown control opcode', clientFrame(11, text)),
  garbage('a frame without a mask', clientFrame(1, text, { unmasked: true })),
  garbage('reserved bits', clientFrame(1, text, { reserved: 7 })),
  garbage('a length beyond every limit', clientFrame(1, text, { claimedLength: 2n ** 63n - 1n })),
  garbage('half a frame', clientFrame(1, text, { claimedLength: 1_000n })),
  garbage('a ping in pieces', clientFrame(9, text, { final: false })),
  garbage('a ping of 200 bytes', clientFrame(9, Buffer.alloc(200))),
  garbage('the rest of no message', clientFrame(0, text)),
  garbage('a message that never ends', clientFrame(1, text, { final: false })),
  garbage('text that is no UTF-8', clientFrame(1, Buffer.from([0xff, 0xfe]))),
  garbage('a close frame of one byte', clientFrame(8, Buffer.alloc(1))),
  ...badCodes.map((code) => garbage(`a close frame with the code ${code}`, closeFrame(code))),
  garbage('data behind a close frame', closeFrame(1000), clientFrame(1, text)),
  garbage('2,000 pings', ...Array.from({ length: COUNT }, () => clientFrame(9, text))),
  garbage(
    '2,000 empty pieces',
    ...Array.from({ length: COUNT }, (_, index) =>
      clientFrame(index === 0 ? 1 : 0, Buffer.alloc(0), { final: false }),
    ),
  ),
  {
    what: 'a client that is silent, and does not answer the close frame',
    forceClosed: null,
    start: (dial) => open(dial),
  },
  {
    what: 'a client that answers the close frame, and does not close',
    forceClosed: null,
    start: (dial) => open(dial),
    goOn: (client) =>
      void client.until('\x88\x02\x03\xe9').then(
        () => client.send(closeFrame(1001)),
        () => {},
      ),
  },
  {
    what: 'a client that ends its side without a close frame',
    forceClosed: null,
    start: async (dial) => {
      const client = await open(dial)
      client.halfClose()
      return client
    },
  },
  {
    what: 'a client that resets in the drain',
    forceClosed: null,
    start: (dial) => open(dial),
    goOn: (client) => client.reset(),
  },
]

/** Longer than the closing handshake may take. */
const PATIENCE_MS = 3_000

/** Messages that are asked for and not read. */
export const websocketUnread: readonly Attack[] = [
  {
    what: 'a WebSocket client that reads only the beginning of a large message',
    forceClosed: 'upgrade',
    patienceMs: PATIENCE_MS,
    start: async (dial) => {
      const client = await dial()
      client.send(handshake('/large'))
      await client.readOnly(100_000)
      return client
    },
  },
]
