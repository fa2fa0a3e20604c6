import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { LastcallError } from '../../../src/core/errors.ts'
import {
  checkReusePort,
  readMigrateReq,
  type ReusePortFacts,
} from '../../../src/supervisor/sockets/check-reuse-port.ts'
import type { HeldSocket } from '../../../src/supervisor/sockets/held-socket.ts'
import { temporaryFolder } from '../../helpers/temporary-folder.ts'

const lossless = { lossy: false, activated: [], platform: 'linux', migrateReq: '1' } as const

function problemOf(facts: Partial<ReusePortFacts>): string {
  try {
    checkReusePort({ ...lossless, ...facts })
  } catch (error) {
    assert.ok(error instanceof LastcallError && error.code === 'LASTCALL_USAGE')
    return error.problems.join()
  }
  return ''
}

test('with tcp_migrate_req=1 nothing is lost, and nothing is said', () => {
  assert.equal(checkReusePort(lossless), null)
  assert.equal(checkReusePort({ ...lossless, lossy: true }), null)
})

for (const [migrateReq, fact, remedy] of [
  ['0', 'net.ipv4.tcp_migrate_req is 0', 'run sysctl -w net.ipv4.tcp_migrate_req=1'],
  [null, 'this kernel has no net.ipv4.tcp_migrate_req', 'use a later kernel'],
] as const) {
  test(`where ${fact}, --reuse-port is refused with all remedies, and --lossy warns`, () => {
    const problem = problemOf({ migrateReq })
    for (const part of [fact, 'resets the connections', remedy, '--lossy', 'leave out --reuse-port'])
      assert.ok(problem.includes(part), `${part} in: ${problem}`)
    const warning = checkReusePort({ ...lossless, migrateReq, lossy: true })
    assert.match(warning ?? '', /tcp_migrate_req.*each restart resets the connections/)
  })
}

test('a socket from systemd and another system than Linux are refused, --lossy or not', () => {
  const socket = { name: 'http' } as HeldSocket
  assert.match(
    problemOf({ activated: [socket], lossy: true }),
    /systemd has bound 'http'.*stop the socket unit/,
  )
  assert.match(
    problemOf({ platform: 'darwin', lossy: true }),
    /needs Linux, and this is darwin; leave it out/,
  )
})

test('readMigrateReq() reads the value, and knows kernels without it', (t) => {
  const path = join(temporaryFolder(t), 'tcp_migrate_req')
  assert.equal(readMigrateReq(path), null)
  for (const value of ['0', '1']) {
    writeFileSync(path, `${value}\n`)
    assert.equal(readMigrateReq(path), value)
  }
})
