import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RehearsalDocument } from '../../src/rollout/run-document.ts'
import { readDocument } from '../helpers/documents.ts'

interface Program {
  readonly child: ChildProcess
  readonly out: () => string
  readonly err: () => string
  /** Process ids of the pods that were started so far. */
  readonly pods: () => readonly number[]
}

function start(t: TestContext, ...argv: string[]): Program {
  let text = ''
  let out = ''
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (out += chunk))
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  t.after(() => child.kill('SIGKILL'))
  return {
    child,
    out: () => out,
    err: () => text,
    pods: () => [...text.matchAll(/pod started: pid (\d+)/g)].map((match) => Number(match[1])),
  }
}

async function until(what: () => boolean): Promise<void> {
  for (const end = performance.now() + 10_000; !what();) {
    assert.ok(performance.now() < end, 'not within 10 s')
    await sleep(20)
  }
}

/** Whether any process is left of the group that a pod leads, its children included. */
function groupLives(leader: number): boolean {
  try {
    process.kill(-leader, 0)
    return true
  } catch {
    return false
  }
}

const flags = ['--readiness', 'tcp', '--replicas', '2', '--', process.execPath, 'test/fixtures/parent-app.ts']

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test(`rehearse leaves no process behind after ${signal} in the middle of a run, and exits with ${code}`, async (t) => {
    const program = start(t, 'src/cli/bin.ts', 'rehearse', ...flags)
    await until(() => program.err().includes('phase baseline'))
    const pods = program.pods()
    assert.ok(pods.length >= 2 && pods.every(groupLives))
    program.child.kill(signal)
    assert.deepEqual(await once(program.child, 'exit'), [code, null])
    await until(() => !pods.some(groupLives))
    assert.match(program.err(), new RegExp(`Interrupted by ${signal}`))
  })
}

interface Interrupted {
  readonly program: Program
  readonly document: RehearsalDocument
}

/** Interrupts a rehearsal of an application when its progress says so, and reads what it wrote. */
async function interrupt(t: TestContext, app: string, when: RegExp, ...more: string[]): Promise<Interrupted> {
  const folder = mkdtempSync(join(tmpdir(), 'lastcall-test-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'run.json')
  const words = ['--readiness', 'tcp', '--replicas', '2', '--lanes', 'new-connections', '--baseline', '500ms']
  const times = ['--shutdown', 'delay=2s,drain=2s,hooks=0s,grace=5s', '--restarts', '50', '--json', file]
  const command = ['--', process.execPath, `test/fixtures/${app}.ts`]
  const program = start(t, 'src/cli/bin.ts', 'rehearse', ...words, ...times, ...more, ...command)
  await until(() => when.test(program.err()))
  program.child.kill('SIGINT')
  assert.deepEqual(await once(program.child, 'close'), [130, null])
  await until(() => !program.pods().some(groupLives))
  return { program, document: readDocument<RehearsalDocument>(readFileSync(file, 'utf8')) }
}

test('rehearse prints and writes what it has seen when SIGINT ends it: inconclusive, and no failure of the pods', async (t) => {
  const { program, document } = await interrupt(t, 'careful-app', /pod-1 {2}pod signalled/)
  const [report, verdict] = program.out().split('\nINCONCLUSIVE  ')
  assert.match(report!, /^lane[^]*pod-1 +still shutting down at the end/)
  assert.match(
    verdict!,
    /^0 failed of [\d,]+ requests in 1 rollout \(\d pods? replaced\), ended early: SIGINT\n {2}- /,
  )
  assert.match(verdict!, /\n {2}- the run ended early in its phase (?:rollout|drain) \(SIGINT\)/)
  assert.ok(document.load.requests > 0)
  assert.deepEqual([document.interruptedBy, document.verdict.outcome], ['SIGINT', 'inconclusive'])
  assert.deepEqual([document.verdict.exitCode, document.verdict.smallestOutageMs], [3, null])
  assert.match(document.phases.at(-1)?.name ?? '', /^(rollout|drain)$/)
  assert.equal(document.timeline.at(-1)?.kind, 'pod-exited')
})

test('rehearse says FAIL when it is interrupted after a request has failed', async (t) => {
  const { program, document } = await interrupt(t, 'abrupt-app', /rollout[^]*rollout[^]*phase drain/)
  assert.match(
    program.out(),
    /\nFAIL {2}[\d,]+ failed of [\d,]+ requests in \d+ rollouts .*ended early: SIGINT/,
  )
  assert.ok(document.load.failed > 0)
  assert.deepEqual([document.verdict.outcome, document.verdict.exitCode], ['fail', 1])
})

test('rehearse --quiet says in one line that it was interrupted', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lastcall-test-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const sign = join(folder, 'started')
  const script = `require('node:fs').writeFileSync(${JSON.stringify(sign)}, ''); setInterval(() => {}, 1000)`
  const command = ['--', process.execPath, '-e', script]
  const program = start(t, 'src/cli/bin.ts', 'rehearse', '--quiet', '--replicas', '1', ...command)
  await until(() => existsSync(sign))
  program.child.kill('SIGINT')
  assert.deepEqual(await once(program.child, 'close'), [130, null])
  assert.match(program.out(), /^INCONCLUSIVE {2}0 failed of [^\n]*, ended early: SIGINT\n$/)
  assert.equal(program.err(), '')
})

test('rehearse leaves no process behind when it is interrupted before a pod is ready', async (t) => {
  const program = start(
    t,
    'src/cli/bin.ts',
    'rehearse',
    '--replicas',
    '2',
    '--',
    process.execPath,
    'test/fixtures/silent-app.ts',
  )
  await until(() => program.pods().length === 2)
  program.child.kill('SIGINT')
  assert.deepEqual(await once(program.child, 'exit'), [130, null])
  await until(() => !program.pods().some(groupLives))
})

test('rehearse leaves no process behind when it fails by an exception of its own', async (t) => {
  const program = start(t, 'test/fixtures/throwing-rehearsal.ts')
  const [code] = (await once(program.child, 'exit')) as [number]
  assert.notEqual(code, 0)
  assert.match(program.err(), /nobody catches this/)
  assert.ok(program.pods().length > 0)
  await until(() => !program.pods().some(groupLives))
})
