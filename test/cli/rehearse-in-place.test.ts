import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { main } from '../../src/cli/main.ts'
import type { RehearsalDocument } from '../../src/rollout/run-document.ts'
import { type CapturedIo, captureIo } from '../helpers/captured-io.ts'
import { Child } from '../helpers/child.ts'
import { readDocument } from '../helpers/documents.ts'
import { eventually } from '../helpers/eventually.ts'
import { assertNothingAgainst } from '../helpers/quiet-machine.ts'

const shortRun = (
  '--in-place --baseline 300ms --cool-down 200ms --ready-timeout 20s --slow-time 1200ms ' +
  '--shutdown delay=1s,drain=3s,hooks=500ms,grace=6s --lanes new-connections,keep-alive,slow'
).split(' ')
const command = ['--', process.execPath, 'test/fixtures/in-place-app.ts']

interface Run {
  readonly code: number
  readonly io: CapturedIo
  readonly document: RehearsalDocument
}

async function rehearse(
  t: TestContext,
  env: Readonly<Record<string, string>>,
  ...flags: string[]
): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'lastcall-test-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'run.json')
  const io = captureIo({ ...process.env, ...env })
  const code = await main(['rehearse', ...shortRun, '--json', file, ...flags, ...command], io)
  assert.ok(existsSync(file), io.err())
  return { code, io, document: readDocument<RehearsalDocument>(readFileSync(file, 'utf8')) }
}

test('rehearse --in-place loses nothing with a program that has lastcall: exit code 0', async (t) => {
  const { code, io, document } = await rehearse(t, {}, '--restarts', '2')
  assert.deepEqual(document.load.failures, [])
  assertNothingAgainst(code, document.verdict)
  assert.deepEqual(
    [document.inPlace, document.replicas, document.restarts, document.auto],
    [true, 1, 2, false],
  )
  assert.match(io.out(), /0 failed of [\d,]+ requests in 2 restarts in place \(2 generations replaced\)/)
  assert.match(io.out(), /^generation +end +exit +signal to end/m)
  assert.deepEqual(
    document.pods.map(({ name, ending, inPlace }) => [name, ending, inPlace?.lastcall]),
    [
      ['generation-1', 'clean', true],
      ['generation-2', 'clean', true],
      ['generation-3', 'running', true],
    ],
  )
  assert.deepEqual(
    document.phases.map(({ name }) => name),
    ['start', 'self-test', 'baseline', 'rollout', 'drain', 'rollout', 'drain', 'cool-down'],
  )
  assert.ok(document.load.lanes.every((lane) => lane.requests > 0))
})

test('rehearse --in-place fails when a restart is rolled back, with what the supervisor says: exit code 1', async (t) => {
  const { code, document } = await rehearse(t, { BREAK: 'soak' })
  assert.equal(code, 1)
  assert.match(document.verdict.reasons.join('\n'), /generation-2 ended without being asked to/)
  assert.match(document.verdict.reasons.join('\n'), /the restart in place could not be finished: .*code 9/)
  assert.equal(document.load.failures.filter(({ error }) => error?.code === 'ECONNREFUSED').length, 0)
})

test('rehearse --in-place refuses what makes no sense with it, all at once: exit code 2', async () => {
  const io = captureIo()
  const flags = '--replicas 2 --endpoint-lag 1s --before-after --shutdown pre-stop=1s'.split(' ')
  assert.equal(await main(['rehearse', '--in-place', ...flags, '--', 'node', 'server.js'], io), 2)
  for (const words of [
    /--replicas: got '2', which makes no sense with --in-place: one process serves at a time/,
    /--endpoint-lag: got '1s', which makes no sense with --in-place: there is one address/,
    /--before-after: makes no sense with --in-place/,
    /--shutdown: pre-stop makes no sense with --in-place/,
  ]) {
    assert.match(io.err(), words)
  }
})

test('rehearse --in-place says what a server that is not changed needs: exit code 2', async () => {
  const io = captureIo()
  const app = ['--', process.execPath, 'test/fixtures/careful-app.ts']
  assert.equal(await main(['rehearse', ...shortRun, '--ready-timeout', '3s', ...app], io), 2)
  assert.match(io.err(), /did not become ready: [^]*no lifecycle of lastcall has started in it[^]*--auto/)
  assert.equal(io.out(), '')
})

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test(`rehearse --in-place leaves no process and no file behind after ${signal}, and exits with ${code}`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'lc-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const argv = ['src/cli/bin.ts', 'rehearse', ...shortRun, '--restarts', '50', ...command]
    const env = { ...process.env, TMPDIR: folder }
    const child = new Child(spawn(process.execPath, argv, { env, stdio: ['ignore', 'pipe', 'pipe'] }))
    t.after(() => child.process.kill('SIGKILL'))
    await child.line(/generation-1 {2}pod unready/, 'stderr')
    const pids = [...child.stderr.matchAll(/pod started: pid (\d+)/g)].map((match) => Number(match[1]))
    assert.equal(pids.length, 2)
    assert.ok(pids.every(isAlive))
    child.kill(signal)
    assert.deepEqual(await child.exit(), { code, signal: null })
    await eventually('every generation has ended', () => !pids.some(isAlive))
    assert.deepEqual(readdirSync(folder), [])
    assert.match(child.stderr, new RegExp(`Interrupted by ${signal}; every process has been ended`))
    assert.match(
      child.stdout,
      /^INCONCLUSIVE {2}0 failed of .* in 1 restart in place \(0 generations replaced\)/m,
    )
  })
}

function isAlive(pid: number): boolean {
  try {
    // A killed process stays as a zombie until somebody waits for it.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
