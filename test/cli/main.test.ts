import assert from 'node:assert/strict'
import { test } from 'node:test'
import pkg from '../../package.json' with { type: 'json' }
import { main } from '../../src/cli/main.ts'
import { captureIo } from '../helpers/captured-io.ts'

const run = async (...argv: string[]): Promise<{ code: number; out: string; err: string }> => {
  const io = captureIo()
  return { code: await main(argv, io), out: io.out(), err: io.err() }
}

test('main prints the version of the package', async () => {
  assert.deepEqual(await run('--version'), { code: 0, out: `${pkg.version}\n`, err: '' })
})

test('main prints help to stdout when it is asked for, and to stderr with code 2 when nothing is', async () => {
  const asked = await run('--help')
  assert.deepEqual([asked.code, asked.err], [0, ''])
  assert.match(asked.out, /rehearse/)
  const nothing = await run()
  assert.deepEqual([nothing.code, nothing.out], [2, ''])
  assert.match(nothing.err, /rehearse/)
})

test('main prints examples and every exit code with the help of a command', async () => {
  for (const name of ['rehearse', 'load'] as const) {
    const { code, out } = await run(name, '--help')
    assert.equal(code, 0)
    const [, examples = '', codes = ''] = /Examples:\n([^]*)\n\nExit codes:\n([^]*)$/.exec(out) ?? []
    for (const line of examples.split('\n')) assert.match(line, new RegExp(`^  lastcall ${name} .* {2}\\S`))
    assert.deepEqual(
      codes
        .trimEnd()
        .split('\n')
        .map((line) => /^ {2}(\S+(?: \+ n)?) {2}/.exec(line)?.[1]),
      ['0', '1', '2', '3', '128 + n'],
    )
  }
})

test('the examples in the help of a command can be read by it', async () => {
  for (const name of ['rehearse', 'load']) {
    const { out } = await run(name, '--help')
    const lines = [...out.matchAll(/^ {2}lastcall (.*?) {2,}/gm)].map(([, line = '']) => line.split(' '))
    assert.ok(lines.length >= 2)
    for (const words of lines) {
      // A flag that cannot be used is found before anything is started, and only then is this message there.
      const at = words.indexOf('--') < 0 ? words.length : words.indexOf('--')
      const { code, err } = await run(...words.slice(0, at), '--duration', 'long', ...words.slice(at))
      assert.equal(code, 2)
      assert.match(err, /^The command line cannot be used: --duration: got 'long'/)
    }
  }
})

test('main refuses unknown commands and unknown options with code 2', async () => {
  for (const argv of [
    ['rehears'],
    ['rehearse', '--replica', '3', '--', 'node'],
    ['load', '--urls', 'x'],
    ['rehearse'],
  ]) {
    const { code, err } = await run(...argv)
    assert.equal(code, 2)
    assert.match(err, /^error: [^]*--help lists commands and flags/)
  }
})

test('main lists everything that is wrong with a command line in one message', async () => {
  const line =
    'rehearse --replicas 0 --rate fast --lanes slow,h3 --endpoint-lag 1 --readiness exec ' +
    '--shutdown delay=2x,wait=1s,grace=10s --slow-path slow --json no/such/folder/run.json -- node'
  const { code, err } = await run(...line.split(' '))
  assert.equal(code, 2)
  const flags = [
    'replicas',
    'rate',
    'lanes',
    'endpoint-lag',
    'readiness',
    'shutdown: delay',
    "shutdown: there is no 'wait'",
  ]
  for (const flag of [...flags, 'shutdown: preStop 0s', 'slow-path', 'json'])
    assert.ok(err.includes(`- --${flag}`), flag)
})

test('main refuses a URL that is not http', async () => {
  const { code, err } = await run('load', '--url', 'ftp://localhost:1')
  assert.equal(code, 2)
  assert.match(err, /--url: got 'ftp:\/\/localhost:1'/)
})
