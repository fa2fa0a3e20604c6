import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  siteIn,
  supervisorCommand,
  supervisorEnvironment,
} from '../../../../src/rollout/drivers/in-place/in-place-options.ts'
import { inPlaceOptions } from '../../../helpers/in-place-options.ts'

const site = siteIn('/tmp/x', { port: 20_001, http2Port: 20_002 })
const options = {
  ...inPlaceOptions('in-place-app'),
  lastcall: ['node', 'lastcall.js'],
  command: ['node', 'a.js'],
}

test('supervisorCommand has a socket for each port, the times of the shutdown, and the command last', () => {
  assert.equal(
    supervisorCommand(options, site).join(' '),
    'node lastcall.js run --listen=http=127.0.0.1:20001 --listen=http2=127.0.0.1:20002 ' +
      '--soak=1s --hand-over=500ms --hammer-after=5s --ready-timeout=20s --no-probes -- node a.js',
  )
})

test('supervisorCommand passes --auto and the sign of readiness on', () => {
  const words = supervisorCommand({ ...options, auto: true, ready: 'alive:2s' }, site)
  assert.deepEqual(words.slice(words.indexOf('--no-probes') + 1), [
    '--ready=alive:2s',
    '--auto',
    '--',
    'node',
    'a.js',
  ])
})

test('supervisorEnvironment has the ports, the times and the control socket, over what was there', () => {
  const env = supervisorEnvironment({ ...options, env: { PORT: '1', HOME: '/home' } }, site)
  assert.deepEqual(env, {
    HOME: '/home',
    PORT: '20001',
    H2_PORT: '20002',
    LASTCALL_SHUTDOWN_DELAY: '500ms',
    LASTCALL_READINESS_FAIL_DELAY: '0s',
    LASTCALL_DRAIN_TIMEOUT: '2s',
    LASTCALL_HOOKS_TIMEOUT: '500ms',
    LASTCALL_PRE_STOP: '0s',
    LASTCALL_GRACE_PERIOD: '5s',
    LASTCALL_CONTROL: '/tmp/x/control.sock',
  })
})
