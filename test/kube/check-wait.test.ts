import assert from 'node:assert/strict'
import { test } from 'node:test'
import { check, good } from './findings.ts'
import { deployment } from './patch.ts'

test('a preStop hook of 0 s is no wait, unless the server has a delay of its own', () => {
  const zeros = ['{sleep: {seconds: 0}}', "{exec: {command: [sleep, '0']}}"]
  const lines = (hook: string): string =>
    `lifecycle: {preStop: ${hook}}\nreadinessProbe: {httpGet: {path: /, port: 1}}\nports: [{containerPort: 3000}]`
  for (const hook of zeros) {
    const [[rule, certainty, said] = []] = check(deployment(lines(hook)))
    assert.deepEqual([rule, certainty], ['lifecycle', 'loses'], hook)
    assert.match(said ?? '', /the preStop hook waits 0s, so the server closes while/)
    const delayed = deployment(`${lines(hook)}\nenv: [{name: LASTCALL_SHUTDOWN_DELAY, value: 5s}]`)
    assert.deepEqual(
      check(delayed).map(([id]) => id),
      ['rollout'],
    )
  }
})

test('a preStop hook of 0 s lets no sidecar end early', () => {
  const withProxy = good.replace('        - name: app', '        - name: proxy\n        - name: app')
  const text = withProxy.replace('seconds: 5', 'seconds: 0').replace('value: 5s', 'value: 0s')
  assert.deepEqual(
    check(text).map(([rule, , said]) => [rule, said.split(' ')[0]]),
    [['lifecycle', 'LASTCALL_READINESS_FAIL_DELAY']],
  )
})
