import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Command } from 'commander'
import { createRunCommand } from '../../src/cli/commands/run.ts'
import type { RawFlags } from '../../src/cli/flag-reader.ts'
import { readRunFlags, type RunFlags } from '../../src/cli/run-flags.ts'
import { main } from '../../src/cli/main.ts'
import { LastcallError } from '../../src/core/errors.ts'
import { captureIo } from '../helpers/captured-io.ts'

/** Reads a command line the way the command does, without running it. */
function read(line: string, env: Readonly<Record<string, string>> = {}, cwd = process.cwd()): RunFlags {
  const command = createRunCommand(captureIo(), () => undefined)
  let flags: RunFlags | undefined
  command.action((words: string[], raw: RawFlags) => {
    flags = readRunFlags(raw, words, { env, cwd })
  })
  new Command('lastcall')
    .enablePositionalOptions()
    .addCommand(command)
    .parse(['run', ...line.split(' ')], { from: 'user' })
  assert.ok(flags)
  return flags
}

function problemsOf(line: string, env: Readonly<Record<string, string>> = {}): readonly string[] {
  try {
    read(line, env)
  } catch (error) {
    if (error instanceof LastcallError && error.code === 'LASTCALL_USAGE') return error.problems
    throw error
  }
  return []
}

suite('flags of lastcall run', () => {
  test('the defaults', () => {
    const { options, isControlDefault } = read('-- node server.js', { TMPDIR: '/var/tmp' })
    assert.match(options.control ?? '', new RegExp(`^/var/tmp/lastcall-\\d+/${process.pid}\\.sock$`))
    assert.deepEqual(
      { ...options, control: null },
      {
        command: ['node', 'server.js'],
        cwd: process.cwd(),
        env: { TMPDIR: '/var/tmp' },
        listen: [],
        reusePort: false,
        ready: { kind: 'lastcall' },
        settings: {
          readyTimeoutMs: 60_000,
          soakMs: 5_000,
          killAfterMs: 1_000,
          backOff: { firstMs: 100, maxMs: 10_000 },
          crashLimit: 10,
          standby: false,
        },
        hammerAfterMs: null,
        handOverMs: 5_000,
        preStart: null,
        watch: [],
        control: null,
        probes: { host: '::', port: 8081 },
      },
    )
    assert.equal(isControlDefault, true)
  })

  test('every flag has its option', () => {
    const { options, isControlDefault } = read(
      '--listen http=127.0.0.1:8080 --listen admin=unix:/run/x.sock --ready http://127.0.0.1:8080/health ' +
        '--ready-timeout 10s --soak 0 --hand-over 1s --hammer-after 20s --standby --pre-start true --watch src ' +
        '--watch test --crash-limit 3 --control run.sock --probe-port 0 --probe-host 127.0.0.1 -- node server.js',
      {},
      process.cwd(),
    )
    const { settings } = options
    assert.deepEqual(options.listen, [
      { name: 'http', host: '127.0.0.1', port: 8080 },
      { name: 'admin', path: '/run/x.sock' },
    ])
    assert.deepEqual(options.ready, { kind: 'url', url: 'http://127.0.0.1:8080/health' })
    assert.deepEqual([settings.readyTimeoutMs, settings.soakMs, settings.crashLimit], [10_000, 0, 3])
    assert.deepEqual([options.handOverMs, options.hammerAfterMs, settings.standby], [1_000, 20_000, true])
    assert.deepEqual(options.preStart, ['/bin/sh', '-c', 'true'])
    assert.deepEqual(options.watch, [`${process.cwd()}/src`, `${process.cwd()}/test`])
    assert.deepEqual([options.control, isControlDefault], [`${process.cwd()}/run.sock`, false])
    assert.deepEqual(options.probes, { host: '127.0.0.1', port: 0 })
  })

  test('--ready alive:2s is ready after two seconds', () => {
    assert.deepEqual(read('--ready alive:2s -- sleep 1').options.ready, { kind: 'alive', ms: 2_000 })
  })

  test('flags after the command are its own, with and without --', () => {
    for (const line of ['node --soak 1s server.js', '-- node --soak 1s server.js']) {
      const { command, settings } = read(line).options
      assert.deepEqual([command, settings.soakMs], [['node', '--soak', '1s', 'server.js'], 5_000])
    }
    assert.deepEqual(read('--soak 1s -- app -- x').options.command, ['app', '--', 'x'])
  })

  test('the environment of the library counts where there is no flag', () => {
    const env = {
      LASTCALL_PROBE_PORT: '9000',
      LASTCALL_PROBE_HOST: '127.0.0.1',
      LASTCALL_CONTROL: '/run/a.sock',
    }
    const { options, isControlDefault } = read('-- app', env)
    assert.deepEqual(options.probes, { host: '127.0.0.1', port: 9000 })
    assert.deepEqual([options.control, isControlDefault], ['/run/a.sock', false])
    const flagged = read('--probe-port 1 --probe-host ::1 --control none -- app', env).options
    assert.deepEqual([flagged.probes, flagged.control], [{ host: '::1', port: 1 }, null])
    assert.equal(read('-- app', { LASTCALL_PROBE_PORT: 'false' }).options.probes, null)
    assert.deepEqual(read('-- app', { LASTCALL_PROBE_PORT: '' }).options.probes, { host: '::', port: 8081 })
    assert.equal(read('-- app', { LASTCALL_CONTROL: 'none' }).options.control, null)
    assert.equal(read('--no-probes -- app', env).options.probes, null)
  })

  test('--auto preloads lastcall/auto into the command, and nothing into the supervisor', () => {
    const { NODE_OPTIONS } = read('--auto -- app', { NODE_OPTIONS: '--no-warnings' }).options.env
    assert.match(NODE_OPTIONS ?? '', /^--no-warnings --import=file:.*integrations\/auto\/index\.js$/)
    assert.equal(read('-- app').options.env['NODE_OPTIONS'], undefined)
  })

  test('--reuse-port binds TCP ports anew, with and without --lossy', () => {
    for (const line of ['--reuse-port', '--reuse-port --lossy --ready lastcall --auto'])
      assert.equal(read(`${line} --listen http=0.0.0.0:8080 -- app`).options.reusePort, true)
  })

  test('one message has all problems', () => {
    const problems = problemsOf(
      '--listen http --listen x=99999 --ready soon --ready-timeout 0 --soak 5 --hand-over x --hammer-after y ' +
        '--crash-limit 0 --watch no/such --probe-port http -- app',
      { LASTCALL_PROBE_HOST: 'a' },
    )
    const wanted = [
      /^--listen: the port of 'x' is 99999/,
      /^--ready-timeout: got '0', wanted more than 0/,
      /^--ready: got 'soon', wanted lastcall, a URL/,
      /^--soak: got '5'/,
      /^--crash-limit: got '0'/,
      /^--hammer-after: got 'y'/,
      /^--hand-over: got 'x'/,
      /^--watch: '.*\/no\/such' does not exist/,
      /^--probe-port: got 'http'/,
    ]
    assert.equal(problems.length, wanted.length, problems.join('\n'))
    for (const pattern of wanted)
      assert.ok(
        problems.some((problem) => pattern.test(problem)),
        String(pattern),
      )
  })

  test('relations between flags are checked', () => {
    for (const [line, problem] of [
      ['--ready alive:2m -- app', /^--ready: 'alive:2m' never happens within --ready-timeout/],
      ['--probe-port 1 --no-probes -- app', /^--probe-port has no meaning with --no-probes/],
      ['--probe-host ::1 --no-probes -- app', /^--probe-host has no meaning with --no-probes/],
      ['--lossy -- app', /^--lossy has no meaning without --reuse-port; leave it out/],
      ['--reuse-port -- app', /^--reuse-port: no port is named; add --listen/],
      [
        '--reuse-port --listen a=unix:/run/a.sock -- app',
        /^--reuse-port: 'a' is a unix socket, .*give it a port/,
      ],
      ['--reuse-port --listen a -- app', /^--reuse-port: 'a' is bound by systemd, .*--listen a=8080/],
      [
        '--reuse-port --listen a=1 --ready alive:1s -- app',
        /^--reuse-port: needs lastcall .*leave out --ready/,
      ],
      ['--ready ftp://x -- app', /^--ready: got 'ftp:\/\/x'/],
      ['--listen a=1 --listen a=2 -- app', /^--listen: the name 'a' is given twice/],
    ] as const)
      assert.match(problemsOf(line).join('\n'), problem, line)
    assert.match(
      problemsOf('-- app', { LASTCALL_PROBE_PORT: '99999' }).join(),
      /^LASTCALL_PROBE_PORT: got '99999'/,
    )
  })

  test('empty values are problems', async () => {
    for (const [argv, problem] of [
      [['--', ''], /the command is empty/],
      [['--pre-start', ' ', '--', 'app'], /--pre-start: the command is empty/],
      [['--control', '', '--', 'app'], /--control: the path is empty/],
      [['--probe-host', '', '--', 'app'], /--probe-host: got ''/],
      [['--watch', '', '--', 'app'], /--watch: the path is empty/],
      [['--listen', '', '--', 'app'], /--listen: got ''/],
    ] as const) {
      const io = captureIo()
      assert.equal(await main(['run', ...argv], io), 2)
      assert.match(io.err(), problem)
    }
  })
})

test('lastcall run without a command is refused', async () => {
  for (const argv of [['run'], ['run', '--standby'], ['run', '--']]) {
    const io = captureIo()
    assert.equal(await main(argv, io), 2)
    assert.match(io.err(), /missing required argument 'command'[^]*lastcall run --help/)
  }
})

test('lastcall run --help has examples and exit codes, and its examples can be read', async () => {
  const io = captureIo()
  assert.equal(await main(['run', '--help'], io), 0)
  const lines = [...io.out().matchAll(/^ {2}lastcall run (.*?) {2,}/gm)].map(([, line = '']) => line)
  assert.ok(lines.length >= 4)
  for (const line of lines) read(line.replace('/etc/config', 'src'))
  assert.match(io.out(), /Exit codes:\n {2}0 [^]*\n {2}2 [^]*\n {2}128 \+ n [^]*\n {2}other /)
})

test('a duration that timers of Node would cut is refused', () => {
  for (const flag of ['soak', 'ready-timeout', 'hand-over', 'hammer-after']) {
    const refusal = `--${flag}: got '10000h', wanted a duration up to 2147483647ms (24 days)`
    assert.deepEqual(problemsOf(`--${flag} 10000h -- node server.js`), [refusal])
    assert.deepEqual(problemsOf(`--${flag} 2147483647ms -- node server.js`), [])
  }
})
