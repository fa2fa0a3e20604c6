import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refuseWindows } from '../../src/cli/refuse-windows.ts'

test('Windows is refused with what to do instead', () => {
  assert.throws(() => refuseWindows('lastcall run', 'win32'), {
    code: 'LASTCALL_USAGE',
    message: /lastcall run needs sockets that processes inherit.*use WSL or a container/,
  })
  refuseWindows('lastcall run', 'linux')
})
