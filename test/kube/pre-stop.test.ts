import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseKubeVersion } from '../../src/kube/kube-version.ts'
import { deployment, patch, type Wishes } from './patch.ts'

const numbersOf = (text: string, wishes: Wishes = {}) => patch(text, wishes).pods[0]!.numbers
const old = parseKubeVersion('1.29')
const env = (...pairs: readonly string[]): string =>
  `env: [${pairs.map((pair) => `{name: LASTCALL_${pair.replace('=', ', value: ')}}`).join(', ')}]`

test('a sleep is whole seconds: LASTCALL_PRE_STOP is rounded up, with a note', () => {
  const { text, notes } = patch(deployment(env('PRE_STOP=2500ms')))
  assert.match(text, /seconds: 3\n/)
  assert.match(notes[0] ?? '', /LASTCALL_PRE_STOP was 2500ms and becomes 3s/)
  assert.deepEqual(patch(text).edits, [])
})

test('a sleep that Kubernetes would refuse is refused', () => {
  for (const seconds of ['2.5', '"5"', '-1', 'null']) {
    const text = deployment(`lifecycle: {preStop: {sleep: {seconds: ${seconds}}}}\n${env('PRE_STOP=5s')}`)
    assert.throws(() => patch(text), { message: /sleep\.seconds of the preStop hook is .*, wanted whole/ })
  }
})

test('a hook that is empty is refused', () => {
  const text = deployment(`lifecycle: {preStop: {}}\n${env('PRE_STOP=5s')}`)
  assert.throws(() => patch(text), { message: /the preStop hook is empty, wanted one such as sleep/ })
})

test('LASTCALL_PRE_STOP says how long a hook of unknown length takes, so a second patch needs no flag', () => {
  for (const hook of ['httpGet: {path: /drain, port: 80}', 'exec: {command: [./drain.sh]}']) {
    const bare = deployment(`lifecycle: {preStop: {${hook}}}`)
    const first = patch(bare, { asked: { preStopMs: 10_000 } })
    assert.equal(first.pods[0]?.numbers.preStopMs, 10_000)
    const second = patch(first.text)
    assert.deepEqual([second.edits, second.notes], [[], []])
    assert.equal(numbersOf(first.text, { asked: { preStopMs: 20_000 } }).preStopMs, 20_000)
  }
})

test('a hook of unknown length is refused where LASTCALL_PRE_STOP cannot be read', () => {
  const text = deployment(`lifecycle: {preStop: {httpGet: {path: /, port: 80}}}\n${env('PRE_STOP=soon')}`)
  assert.throws(() => patch(text), { message: /LASTCALL_PRE_STOP is 'soon', wanted a duration/ })
})

test('without a hook readiness stays green until the listeners close, as in the chart', () => {
  const numbers = numbersOf(deployment(), { asked: { preStopMs: 0 } })
  assert.deepEqual([numbers.shutdownDelayMs, numbers.readinessFailDelayMs], [5_000, 5_000])
  assert.equal(numbersOf(deployment()).readinessFailDelayMs, 0)
})

test('where the cluster has no sleep the shutdown delay takes it over, as in the chart', () => {
  const asked = { kubeVersion: old }
  const cases: readonly (readonly [lines: string, wishes: Wishes, delayMs: number, readyMs: number])[] = [
    ['', { asked }, 7_000, 7_000],
    ['', { asked: { ...asked, shutdownDelayMs: 10_000 } }, 10_000, 10_000],
    ['', { asked: { ...asked, readinessFailDelayMs: 1_000 } }, 7_000, 1_000],
    ['', { asked: { ...asked, preStopMs: 0 } }, 5_000, 5_000],
    [env('PRE_STOP=40s'), { asked }, 42_000, 42_000],
    [env('PRE_STOP=5s', 'SHUTDOWN_DELAY=4s', 'READINESS_FAIL_DELAY=1s'), { asked }, 9_000, 9_000],
  ]
  for (const [lines, wishes, delayMs, readyMs] of cases) {
    const { text, pods } = patch(deployment(lines), wishes)
    const { preStopMs, shutdownDelayMs, readinessFailDelayMs } = pods[0]!.numbers
    assert.deepEqual([preStopMs, shutdownDelayMs, readinessFailDelayMs], [0, delayMs, readyMs])
    assert.ok(!text.includes('preStop:'), text)
    assert.deepEqual(patch(text, wishes).edits, [], 'the same patch once more changes nothing')
  }
})

test('without a hook a readiness delay that an earlier patch wrote grows with the shutdown delay', () => {
  const first = patch(deployment(), { asked: { kubeVersion: old } })
  const wishes = { asked: { kubeVersion: old, shutdownDelayMs: 20_000 } }
  const { pods, notes, text } = patch(first.text, wishes)
  assert.equal(pods[0]?.numbers.readinessFailDelayMs, 20_000)
  assert.match(notes.join('\n'), /LASTCALL_READINESS_FAIL_DELAY was 7s and becomes 20s/)
  assert.deepEqual(patch(text, wishes).edits, [])
  const explicit = { asked: { ...wishes.asked, readinessFailDelayMs: 3_000 } }
  assert.equal(numbersOf(first.text, explicit).readinessFailDelayMs, 3_000)
})

test('an old cluster with a sleep, or a --pre-stop, is refused with the remedy', () => {
  const sleeping = deployment('lifecycle: {preStop: {sleep: {seconds: 5}}}')
  assert.throws(() => patch(sleeping, { asked: { kubeVersion: old } }), {
    message: /Kubernetes 1\.29 drops a preStop sleep: take out the hook and pass --shutdown-delay 7s/,
  })
  const long = deployment(`lifecycle: {preStop: {sleep: {seconds: 20}}}\n${env('SHUTDOWN_DELAY=4s')}`)
  assert.throws(() => patch(long, { asked: { kubeVersion: old } }), { message: /--shutdown-delay 24s/ })
  assert.throws(() => patch(deployment(), { asked: { kubeVersion: old, preStopMs: 5_000 } }), {
    message: /--pre-stop is 5s, and Kubernetes 1\.29 has no preStop sleep: .*--shutdown-delay/,
  })
  const command = deployment('lifecycle: {preStop: {exec: {command: [sleep, "5"]}}}')
  assert.equal(numbersOf(command, { asked: { kubeVersion: old } }).preStopMs, 5_000)
})

test('versions are read as clusters and charts tell them', () => {
  for (const text of ['1.29', 'v1.29.3', '1.29+', '1.29.10-gke.1', 'v1.29.3+k3s1']) {
    assert.deepEqual(parseKubeVersion(text), { major: 1, minor: 29 }, text)
  }
  for (const text of ['', '1', 'latest', '1.29.x', '1,29'])
    assert.equal(parseKubeVersion(text), undefined, text)
  const asked = { kubeVersion: parseKubeVersion('1.30') }
  assert.equal(numbersOf(deployment(), { asked }).preStopMs, 5_000)
})
