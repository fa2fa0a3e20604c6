import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseUnsent } from '../../../../src/node/drain/kernel/tcp-table.ts'

interface Row {
  readonly six: boolean
  readonly local: number
  readonly remote: number
  readonly port: number
  readonly peerPort: number
  readonly state: number
  readonly queued: number
  readonly received: number
  readonly inode: number
}

const hex = (value: number, digits: number): string => value.toString(16).toUpperCase().padStart(digits, '0')
const uint32 = fc.nat({ max: 2 ** 32 - 1 })
const port = fc.oneof(fc.constantFrom(80, 8080), fc.nat({ max: 65_535 }))
const row: fc.Arbitrary<Row> = fc.record({
  six: fc.boolean(),
  local: uint32,
  remote: uint32,
  port,
  peerPort: port,
  state: fc.integer({ min: 1, max: 12 }),
  queued: fc.oneof(fc.constantFrom(0, 1, 2), uint32),
  received: fc.oneof(fc.constant(0), uint32),
  inode: fc.oneof(fc.constant(0), uint32),
})

/** IPv4 addresses stand in the other table as mapped ones. */
const address = (six: boolean, ip: number, number: number): string =>
  `${six ? '0000000000000000FFFF0000' : ''}${hex(ip, 8)}:${hex(number, 4)}`

/** As `get_tcp4_sock` and `get_tcp6_sock` of Linux print it. */
const print = (rows: readonly Row[]): string =>
  [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    ...rows.map(({ six, local, remote, port: own, peerPort, state, queued, received, inode }, index) =>
      [
        `${String(index).padStart(4)}:`,
        address(six, local, own),
        address(six, remote, peerPort),
        hex(state, 2),
        `${hex(queued, 8)}:${hex(received, 8)}`,
        '04:00000021 00000000',
        '    0        0',
        `${inode} 2 0000000006b5ad50 20 4 31 15 -1                        `,
      ].join(' '),
    ),
  ].join('\n')

const FIN_SENT = new Set([4, 9, 11])

test('parseUnsent finds what the table says is unacknowledged on these ports, and nothing else', () => {
  fc.assert(
    fc.property(fc.array(row, { maxLength: 20 }), (rows) => {
      const wanted = rows
        .filter(({ port: own, state }) => (own === 80 || own === 8080) && state !== 10 && state !== 6)
        .map(({ six, local, remote, port: own, peerPort, state, queued, inode }) => ({
          key: `${address(six, local, own)} ${address(six, remote, peerPort)}`,
          bytes: queued - (FIN_SENT.has(state) ? 1 : 0),
          isOrphan: inode === 0,
        }))
        .filter(({ bytes }) => bytes > 0)
      assert.deepEqual(parseUnsent(print(rows), new Set([80, 8080])), wanted)
    }),
    { numRuns: 500 },
  )
})

test('parseUnsent takes any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.deepEqual(parseUnsent(text, new Set([80])), [])
    }),
    { numRuns: 100 },
  )
})
