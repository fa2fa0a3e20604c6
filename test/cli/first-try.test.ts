import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { main } from '../../src/cli/main.ts'
import type { PodEnding } from '../../src/rollout/pod-record.ts'
import type { RehearsalDocument } from '../../src/rollout/run-document.ts'
import { codeBlocksOf } from '../docs/pages.ts'
import { captureIo } from '../helpers/captured-io.ts'
import { readDocument } from '../helpers/documents.ts'
import { testWith } from '../helpers/needs.ts'
import { assertNothingAgainst } from '../helpers/quiet-machine.ts'

const folder = mkdtempSync(join(tmpdir(), 'lastcall-test-'))
after(() => rmSync(folder, { recursive: true }))
const fixtures = 'test/fixtures/first-try'

// Only times are given, so that the tests are short; neither readiness nor routes nor lanes.
const times = (
  '--replicas 1 --baseline 500ms --cool-down 300ms --endpoint-lag 300ms --json - ' +
  '--shutdown delay=1s,drain=2s,hooks=0s,grace=6s'
).split(' ')

interface Run {
  readonly code: number
  readonly document: RehearsalDocument
}

async function rehearse(...command: string[]): Promise<Run> {
  const io = captureIo()
  const code = await main(['rehearse', ...times, '--', ...command], io)
  assert.notEqual(io.out(), '', io.err())
  return { code, document: readDocument<RehearsalDocument>(io.out()) }
}

/** The run came to a verdict about a server without lastcall, whose first pod ended like this. */
function assertLoses({ code, document }: Run, ...endings: readonly PodEnding[]): void {
  const { verdict, pods } = document
  assert.deepEqual([code, verdict.outcome], [1, 'fail'], verdict.reasons.join('\n'))
  assert.ok(endings.includes(pods[0]!.ending), `it ended as ${pods[0]!.ending}`)
  assert.deepEqual(pods[0]!.local?.readiness, { kind: 'tcp' })
  const newConnections = document.load.lanes.find(({ lane }) => lane === 'new-connections')
  assert.ok(newConnections!.failed > 0)
  const early = document.load.lanes.filter(({ phases }) => phases.baseline?.failed)
  assert.deepEqual(early, [])
}

test("rehearse needs no flag for the README's own server, which loses nothing", async (t) => {
  const block = codeBlocksOf('README.md').find(({ code }) => code.includes('createLifecycle()'))
  // Below the repository, where `import 'lastcall'` finds the package itself.
  const place = join('.cache', 'first-try')
  t.after(() => rmSync(place, { recursive: true }))
  mkdirSync(place, { recursive: true })
  writeFileSync(join(place, 'server.mjs'), block!.code)
  const { code, document } = await rehearse(process.execPath, join(place, 'server.mjs'))
  assert.equal(document.load.failed, 0)
  assert.deepEqual(document.pods[0]!.local?.readiness, { kind: 'probe-server' })
  assertNothingAgainst(code, document.verdict)
})

test('rehearse needs no flag for a plain Express application, which closes at the signal', async () => {
  assertLoses(await rehearse(process.execPath, 'test/contract/apps/express/server.cjs'), 'clean', 'killed')
})

test('rehearse needs no flag for npm start, and names the wrapper', async () => {
  assertLoses(await rehearse('npm', '--prefix', fixtures, 'start'), 'wrapper')
})

testWith('python3')('rehearse needs no flag for a server in Python', async () => {
  assertLoses(await rehearse('python3', join(fixtures, 'server.py')), 'unhandled-signal')
})

testWith('python3')('rehearse needs no flag for python3 -m http.server behind a shell', async () => {
  const command = 'python3 -m http.server $PORT'
  // Some shells put the last command into their own place, others wait for it.
  assertLoses(await rehearse('sh', '-c', command), 'unhandled-signal', 'wrapper')
})

testWith('go')('rehearse needs no flag for a server in Go', async () => {
  const program = join(folder, 'server')
  const { status, stderr } = spawnSync('go', ['build', '-o', program, join(fixtures, 'server.go')])
  assert.equal(status, 0, String(stderr))
  assertLoses(await rehearse(program), 'clean')
})

testWith('nginx')('rehearse needs no flag for nginx', async () => {
  assertLoses(await rehearse('sh', join(fixtures, 'nginx.sh')), 'clean')
})
