import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deployment, patch } from './patch.ts'

/** Seconds that the startup probe of a patched container allows. */
function startSeconds(lines: string): number {
  const { text } = patch(deployment(lines))
  const [, period, threshold] =
    /startupProbe:\n(?: +.*\n){3} +periodSeconds: (\d+)\n.*\n +failureThreshold: (\d+)/.exec(text) ?? []
  return Number(period) * Number(threshold)
}

const probe = (numbers: string): string => `{httpGet: {path: /h, port: 80}${numbers}}`

test('a container without probes of its own has 60 s to start', () => {
  assert.equal(startSeconds(''), 60)
  assert.equal(startSeconds(`livenessProbe: ${probe('')}`), 60)
})

test('a start that its own probes allow is not shortened', () => {
  assert.equal(startSeconds(`livenessProbe: ${probe(', initialDelaySeconds: 300')}`), 330)
  assert.equal(startSeconds(`livenessProbe: ${probe(', periodSeconds: 30, failureThreshold: 10')}`), 300)
  assert.equal(startSeconds(`readinessProbe: ${probe(', initialDelaySeconds: 120, periodSeconds: 0')}`), 150)
})

test('a startup probe of its own stays', () => {
  const own = `startupProbe: ${probe(', failureThreshold: 2')}\nlivenessProbe: ${probe(', initialDelaySeconds: 300')}`
  const { text } = patch(deployment(own))
  assert.ok(text.includes(own.split('\n')[0]!), text)
  assert.equal(text.match(/startupProbe/g)?.length, 1)
})
