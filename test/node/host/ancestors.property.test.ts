import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Ancestor, describeDeafParent, readAncestors } from '../../../src/node/host/ancestors.ts'

const line = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc
    .record({
      field: fc.constantFrom('PPid', 'SigCgt', 'Name'),
      gap: fc.constantFrom('\t', ' ', '', '\n'),
      value: fc.oneof(
        fc.integer().map(String),
        fc.string({ maxLength: 20 }),
        fc.constantFrom('0x1', 'Infinity', '1e3', '../..', 'ffffffffffffffffff'),
      ),
    })
    .map(({ field, gap, value }) => `${field}:${gap}${value}`),
)
const status = fc.array(line, { maxLength: 6 }).map((lines) => lines.join('\n'))
const args = fc.array(
  fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), fc.constantFrom('sh', '-c', 'npm start', '')),
  { maxLength: 4 },
)
const ancestor: fc.Arbitrary<Ancestor> = fc.record({
  pid: fc.constantFrom(1, 7),
  args,
  catchesTerm: fc.boolean(),
})

test('readAncestors takes whatever is in /proc, and comes to an end', () => {
  fc.assert(
    fc.property(fc.array(status, { minLength: 1 }), args, (files, words) => {
      let reads = 0
      const found = readAncestors((path) =>
        path.endsWith('/cmdline') ? `${words.join('\0')}\0` : files[reads++ % files.length]!,
      )
      assert.ok(found.length <= 10 && reads <= 11)
      assert.ok(found.every(({ pid }) => pid > 0))
    }),
    { numRuns: 500 },
  )
})

test('readAncestors follows the parents and reads what they catch', () => {
  const files: Readonly<Record<string, string>> = {
    '/proc/self/status': 'Name:\tnode\nPPid:\t7\nSigCgt:\t0000000000000000\n',
    '/proc/7/status': 'Name:\tPPid: 99\nPPid:\t1\nSigCgt:\t0000000180004002\n',
    '/proc/7/cmdline': 'npm start\0',
    '/proc/1/status': 'PPid:\t0\nSigCgt:\t0000000000000002\n',
    '/proc/1/cmdline': 'sh\0-c\0npm start\0',
  }
  assert.deepEqual(
    readAncestors((path) => files[path]!),
    [
      { pid: 7, args: ['npm start'], catchesTerm: true },
      { pid: 1, args: ['sh', '-c', 'npm start'], catchesTerm: false },
    ],
  )
})

test('readAncestors finds nobody where a process is gone in the middle', () => {
  const gone = (path: string): string => {
    if (path === '/proc/self/status') return 'PPid:\t7\n'
    throw new Error('ENOENT')
  }
  assert.deepEqual(readAncestors(gone), [])
})

test('describeDeafParent says nothing or one line for any list of ancestors', () => {
  fc.assert(
    fc.property(fc.array(ancestor, { maxLength: 4 }), (ancestors) => {
      const text = describeDeafParent(ancestors)
      assert.ok(text === null || (text.startsWith('lastcall: ') && text.length < 400))
    }),
  )
})
