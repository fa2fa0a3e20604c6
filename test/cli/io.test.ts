import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { exitCodeOf, isColoured } from '../../src/cli/io.ts'
import { main } from '../../src/cli/main.ts'
import { captureIo } from '../helpers/captured-io.ts'
import { eventually } from '../helpers/eventually.ts'

const terminal = { isTTY: true, columns: 100, rows: 40 }
const env: Record<string, string | undefined> = { ...process.env, TERM: 'xterm', NO_COLOR: undefined }

test('isColoured says yes only to a terminal, and to nobody who does not want colours', () => {
  const { stdout } = captureIo(env, terminal)
  assert.equal(isColoured(stdout, env, true), true)
  assert.equal(isColoured(captureIo(env).stdout, env, true), false)
  assert.equal(isColoured(stdout, { ...env, NO_COLOR: '1' }, true), false)
  assert.equal(isColoured(stdout, { ...env, TERM: 'dumb' }, true), false)
  assert.equal(isColoured(stdout, env, false), false)
})

test('exitCodeOf is the exit code that shells use for a signal', () => {
  assert.deepEqual([exitCodeOf('SIGHUP'), exitCodeOf('SIGINT'), exitCodeOf('SIGTERM')], [129, 130, 143])
})

test('a second signal ends rehearse at once, by that signal', async () => {
  const io = captureIo(env)
  const ended = main(
    ['rehearse', '--replicas', '1', '--', process.execPath, 'test/fixtures/silent-app.ts'],
    io,
  )
  await eventually('rehearse listens for signals', io.listens)
  io.send('SIGINT')
  io.send('SIGTERM')
  assert.equal(await ended, 130)
  assert.deepEqual(io.deaths, ['SIGTERM'])
})

/** The shortest rehearsal that has every phase. */
const short = [
  ['--replicas', '1'],
  ['--readiness', 'tcp'],
  ['--lanes', 'new-connections'],
  ['--cool-down', '0'],
  ['--shutdown', 'delay=100ms,drain=1s,hooks=0s,grace=2s'],
].flat()

test('rehearse redraws a block on a terminal and leaves it empty before the result', async () => {
  const io = captureIo(env, terminal)
  const flags = ['--baseline', '500ms', '--endpoint-lag', '0']
  await main(['rehearse', ...short, ...flags, '--', process.execPath, 'test/fixtures/careful-app.ts'], io)
  assert.match(io.err(), /baseline.*\n.*● pod-1/)
  assert.doesNotMatch(io.err(), /phase baseline/)
  assert.notEqual(io.out(), stripVTControlCharacters(io.out()))
})

test('rehearse --json - writes the document to stdout, and nothing else', async () => {
  const io = captureIo(env, terminal)
  const flags = ['--baseline', '100ms', '--json', '-', '--quiet']
  await main(['rehearse', ...short, ...flags, '--', process.execPath, 'test/fixtures/handlerless-app.ts'], io)
  const document = JSON.parse(io.out()) as { schemaVersion: number; kind: string }
  assert.deepEqual([document.schemaVersion, document.kind, io.err()], [2, 'rehearsal', ''])
})

const bin = fileURLToPath(new URL('../../src/cli/bin.ts', import.meta.url))

test(
  'a stdout that cannot be written is said, and is exit code 2',
  { skip: !existsSync('/dev/full') },
  () => {
    const full = openSync('/dev/full', 'w')
    const { status, stderr } = spawnSync(process.execPath, [bin, '--help'], {
      stdio: ['ignore', full, 'pipe'],
    })
    closeSync(full)
    assert.equal(status, 2)
    assert.match(stderr.toString(), /^stdout cannot be written \(ENOSPC: .*\)\n$/)
  },
)

test('a reader of stdout that has gone is no error', () => {
  const script = `'${process.execPath}' '${bin}' --help | true; echo "\${PIPESTATUS[0]}"`
  const { stdout, stderr } = spawnSync('bash', ['-c', script])
  assert.deepEqual([stdout.toString(), stderr.toString()], ['0\n', ''])
})

for (const [argv, problem] of [
  [['--', ''], /the command is empty; name what starts the application/],
  [['--timeout', '0', '--', 'node'], /--timeout: got '0', wanted more than 0/],
  [['--ready-timeout', '0s', '--', 'node'], /--ready-timeout: got '0s', wanted more than 0/],
  [['--json', tmpdir(), '--', 'node'], /--json: '.*' cannot be written \(it is a folder\)/],
  [['--json', '', '--', 'node'], /--json: '' cannot be written \(it is a folder\)/],
] as const) {
  test(`rehearse ${argv.join(' ')} is refused before anything starts`, async () => {
    const io = captureIo(env)
    assert.equal(await main(['rehearse', ...argv], io), 2)
    assert.match(io.err(), problem)
  })
}
