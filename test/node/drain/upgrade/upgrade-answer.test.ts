import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { type UpgradeAnswer, UpgradeAnswerReader } from '../../../../src/node/drain/upgrade/upgrade-answer.ts'

interface Case {
  readonly text: string
  readonly isTunnel?: boolean
  readonly kind: UpgradeAnswer['kind']
  readonly protocol?: string | null
  /** What follows the head. */
  readonly rest?: string
}

const switching = 'HTTP/1.1 101 Switching Protocols\r\n'
const cases: Record<string, Case> = {
  'a 101': {
    text: `${switching}Connection: Upgrade\r\nUpgrade: WebSocket\r\n\r\n`,
    kind: 'switched',
    protocol: 'websocket',
  },
  'a 101 with the first frame behind it': {
    text: `${switching}Upgrade:websocket\r\n\r\n`,
    kind: 'switched',
    protocol: 'websocket',
    rest: '\x81\x02hi',
  },
  'a 101 that does not say to what': { text: `${switching}\r\n`, kind: 'switched', protocol: null },
  'a 101 with bare line feeds': {
    text: 'HTTP/1.1 101 x\nUpgrade: echo\n\n',
    kind: 'switched',
    protocol: 'echo',
  },
  'a 101 whose header only ends in upgrade': {
    text: `${switching}X-Upgrade: websocket\r\n\r\n`,
    kind: 'switched',
    protocol: null,
  },
  'a 101 behind a 103': {
    text: `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${switching}Upgrade: websocket\r\n\r\n`,
    kind: 'switched',
    protocol: 'websocket',
  },
  'a 401': { text: 'HTTP/1.1 401 Unauthorized\r\n\r\n', kind: 'refused' },
  'a 401 behind a 100': { text: 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 401 No\r\n\r\n', kind: 'refused' },
  'a 200 to an upgrade': { text: 'HTTP/1.1 200 OK\r\n\r\n', kind: 'refused' },
  'a 200 to a CONNECT': { text: 'HTTP/1.1 200 OK\r\n\r\n', isTunnel: true, kind: 'switched', protocol: null },
  'a 101 to a CONNECT': { text: `${switching}\r\n`, isTunnel: true, kind: 'none' },
  'a 407 to a CONNECT': { text: 'HTTP/1.1 407 No\r\n\r\n', isTunnel: true, kind: 'refused' },
  'half a head': { text: `${switching}Upgrade: websocket\r\n`, kind: 'none' },
  'no HTTP': { text: '\x81\x02hi', kind: 'foreign' },
  'nearly HTTP': { text: 'HTTPS is no protocol', kind: 'foreign' },
  'HTTP without a status': { text: 'HTTP/1.1 it works, and how', kind: 'foreign' },
  'a head without an end': { text: `${switching}A: ${'a'.repeat(70_000)}`, kind: 'foreign' },
}

/** The first answer that is one, and what is left of the piece behind its head. */
function read(pieces: readonly Buffer[], isTunnel: boolean): { answer: UpgradeAnswer; rest: string } {
  const reader = new UpgradeAnswerReader(isTunnel)
  for (const [index, piece] of pieces.entries()) {
    const answer = reader.pass(piece)
    if (answer.kind === 'none') continue
    const behind = answer.kind === 'switched' ? answer.behind : 0
    return {
      answer,
      rest: Buffer.concat([piece.subarray(behind), ...pieces.slice(index + 1)]).toString('latin1'),
    }
  }
  return { answer: { kind: 'none' }, rest: '' }
}

suite('UpgradeAnswerReader', () => {
  for (const [what, { text, isTunnel = false, kind, protocol = null, rest = '' }] of Object.entries(cases)) {
    test(`${what} is ${kind}, in one piece, in two at any place, and byte by byte`, () => {
      const bytes = Buffer.from(text + rest, 'latin1')
      const splits = Array.from({ length: Math.min(bytes.length, 300) }, (_, at) => [
        bytes.subarray(0, at),
        bytes.subarray(at),
      ])
      const single = bytes.length < 1_000 ? [[...bytes].map((byte) => Buffer.from([byte]))] : []
      for (const pieces of [[bytes], ...splits, ...single]) {
        const found = read(pieces, isTunnel)
        assert.equal(found.answer.kind, kind)
        if (found.answer.kind !== 'switched') continue
        assert.deepEqual([found.answer.protocol, found.rest], [protocol, rest])
      }
    })
  }
})
