import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkManifests } from '../../src/kube/check/check-manifests.ts'
import { optionRules } from '../../src/core/option-rules.ts'
import { resolveOptions } from '../../src/core/options.ts'
import { change, check } from './findings.ts'
import { deployment, patch } from './patch.ts'

const names = Object.values(optionRules).flatMap(({ env }) => env ?? [])
const texts = [
  '5',
  '5s',
  '0',
  'soon',
  '999999h',
  'true',
  'false',
  'yes',
  '9000',
  '65536',
  '',
  'tcp://10.0.0.1:1',
]
const isRefused = (name: string, text: string): boolean => {
  try {
    resolveOptions({}, { [name]: text })
    return false
  } catch {
    return true
  }
}
const withVariable = (name: string, text: string): string =>
  deployment(`env: [{name: ${name}, value: '${text}'}]`)

test('check finds exactly the values with which the server refuses to start', () => {
  for (const name of names) {
    for (const text of texts) {
      const found = check(withVariable(name, text)).filter(([, , said]) => said.includes('refuse to start'))
      // A grace period below the sum is a refusal of the lifecycle rule.
      const isWanted = isRefused(name, text) && !(name === 'LASTCALL_GRACE_PERIOD' && /^(?:0|5s)$/.test(text))
      assert.equal(found.length, isWanted ? 1 : 0, `${name}=${text}: ${JSON.stringify(found)}`)
    }
  }
})

test('patch refuses a value that it would keep and the server cannot read', () => {
  const said = /LASTCALL_CHECK_TIMEOUT is '5', wanted a duration such as 5s or 500ms, up to 2147483647ms$/m
  assert.throws(() => patch(withVariable('LASTCALL_CHECK_TIMEOUT', '5')), said)
  assert.throws(() => patch(deployment('env: [{name: LASTCALL_CHECK_TIMEOUT, value: 5}]')), /without quotes/)
  assert.throws(
    () => patch(withVariable('LASTCALL_LIVENESS_FAILS_ON_SHUTDOWN', 'yes')),
    /'yes', wanted true or false/,
  )
  assert.match(patch(withVariable('LASTCALL_CHECK_TIMEOUT', '5s')).text, /value: '5s'/)
})

test('a value from elsewhere that no patch replaces stays, and is not checked', () => {
  const text = deployment(
    'env: [{name: LASTCALL_PROBE_HOST, valueFrom: {fieldRef: {fieldPath: status.podIP}}}]',
  )
  const patched = patch(text).text
  assert.match(patched, /fieldPath: status\.podIP/)
  const selection = { names: [], requirements: [] }
  const { workloads } = checkManifests([{ name: 'a', text: patched }], { selection, container: undefined })
  assert.deepEqual(
    workloads[0]?.notChecked.map(({ message }) => message),
    ['LASTCALL_PROBE_HOST has a valueFrom, which lastcall does not follow'],
  )
})

test('a probe port of 0 may lose requests, and a patch takes another one', () => {
  const any = /LASTCALL_PROBE_PORT is '0', which means any free port, which no probe can name/
  const [[rule, certainty, said] = [], ...more] = check(change('value: "8081"', 'value: "0"'))
  assert.deepEqual([rule, certainty, more], ['env', 'may lose', []])
  assert.match(said ?? '', any)
  assert.throws(() => patch(withVariable('LASTCALL_PROBE_PORT', '0')), any)
  const { notes } = patch(withVariable('LASTCALL_PROBE_PORT', '0'), { asked: { probePort: 8081 } })
  assert.match(notes[0] ?? '', /LASTCALL_PROBE_PORT was 0 and becomes 8081/)
})

test('a probe port of 0 is no fault of a job, which nothing probes', () => {
  const text = `apiVersion: batch/v1
kind: Job
metadata: {name: migrate}
spec: {template: {spec: {containers: [{name: a, env: [{name: LASTCALL_PROBE_PORT, value: '0'}]}]}}}
`
  assert.deepEqual(check(text), [])
})
