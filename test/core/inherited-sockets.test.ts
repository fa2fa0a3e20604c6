import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeSocket, listenTarget, socketFor } from '../../src/core/inherited-sockets.ts'

const none = undefined

for (const [args, wanted] of [
  [[8080], { port: 8080, host: none }],
  [['8080', '127.0.0.1', 511, () => {}], { port: 8080, host: '127.0.0.1' }],
  [[8080, () => {}], { port: 8080, host: none }],
  [[{ port: 8080 }], { port: 8080, host: none }],
  [[{ port: '8080', host: '::1', path: '/ignored' }], { port: 8080, host: '::1' }],
  [['/run/app.sock'], { path: '/run/app.sock' }],
  [[{ path: '/run/app.sock' }], { path: '/run/app.sock' }],
  [[], null],
  [[0], null],
  [[null], null],
  [[() => {}], null],
  [[{ port: 0 }], null],
  [[{ port: null }], null],
  [[{ fd: 3 }], null],
  [[{ _handle: {} }], null],
  [[{ handle: {}, port: 8080 }], null],
  [[Number.NaN], null],
] as const) {
  test(`listenTarget(${JSON.stringify(args)}) is ${JSON.stringify(wanted)}`, () => {
    assert.deepEqual(listenTarget(args), wanted)
  })
}

const sockets = [
  { name: 'http', fd: 3, port: 8080, host: '0.0.0.0' },
  { name: 'local', fd: 4, port: 9090, host: '127.0.0.1' },
  { name: 'six', fd: 5, port: 9090, host: '::1' },
  { name: 'unix', fd: 6, path: '/run/app.sock' },
  { name: 'unknown', fd: 7, port: 7070 },
]

for (const [target, wanted] of [
  [{ port: 8080, host: none }, 'http'],
  [{ port: 8080, host: '192.0.2.1' }, 'http'],
  [{ port: 9090, host: '::1' }, 'six'],
  [{ port: 9090, host: 'localhost' }, 'local'],
  [{ port: 9090, host: '::' }, 'local'],
  [{ port: 9090, host: '192.0.2.1' }, none],
  [{ port: 7070, host: '192.0.2.1' }, 'unknown'],
  [{ port: 8081, host: none }, none],
  [{ path: '/run/app.sock' }, 'unix'],
  [{ path: '/run/other.sock' }, none],
] as const) {
  test(`the socket for ${JSON.stringify(target)} is ${wanted ?? 'none'}`, () => {
    assert.equal(socketFor(target, sockets)?.name, wanted)
  })
}

test('describeSocket() writes what --listen takes', () => {
  assert.deepEqual(sockets.map(describeSocket), [
    'http=0.0.0.0:8080',
    'local=127.0.0.1:9090',
    'six=[::1]:9090',
    'unix=unix:/run/app.sock',
    'unknown=0.0.0.0:7070',
  ])
})
