import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  keepEnded,
  renderMetrics,
  type GenerationMetrics,
} from '../../../src/supervisor/metrics/render-metrics.ts'
import { supervisorMetrics } from '../../../src/supervisor/metrics/supervisor-metrics.ts'
import { makeStatus } from '../../helpers/fake-running-supervisor.ts'

const facts = makeStatus({
  state: 'soaking',
  ready: true,
  restarts: { completed: 4, failed: 2, rolledBack: 1 },
  generations: ['paused', 'serving', 'ending'].map((phase, index) => ({
    ...makeStatus().generations[0]!,
    generation: index + 5,
    phase,
  })),
})

const valueOf = (text: string, series: string): string | undefined =>
  text
    .split('\n')
    .find((line) => line.startsWith(`${series} `))
    ?.slice(series.length + 1)

test('supervisorMetrics has the generation that serves, restarts, readiness and the state', () => {
  const text = supervisorMetrics(facts)
  for (const [series, value] of Object.entries({
    lastcall_supervisor_generation: '6',
    'lastcall_supervisor_generations{phase="paused"}': '1',
    'lastcall_supervisor_generations{phase="starting"}': '0',
    'lastcall_supervisor_restarts_total{result="completed"}': '4',
    'lastcall_supervisor_restarts_total{result="failed"}': '2',
    'lastcall_supervisor_restarts_total{result="rolled_back"}': '1',
    lastcall_supervisor_consecutive_crashes: '0',
    lastcall_supervisor_ready: '1',
    'lastcall_supervisor_state{state="soaking"}': '1',
    'lastcall_supervisor_state{state="serving"}': '0',
  }))
    assert.equal(valueOf(text, series), value, series)
})

test('supervisorMetrics has no generation, and is not ready, while nobody serves', () => {
  const text = supervisorMetrics({ ...facts, ready: false, crashes: 3, generations: [] })
  assert.equal(valueOf(text, 'lastcall_supervisor_generation'), '0')
  assert.equal(valueOf(text, 'lastcall_supervisor_ready'), '0')
  assert.equal(valueOf(text, 'lastcall_supervisor_consecutive_crashes'), '3')
})

const served = (generation: number, value: number): GenerationMetrics => ({
  generation,
  text: `# HELP served_total Of release ${generation}\n# TYPE served_total counter\nserved_total ${value}\n# TYPE open gauge\nopen 9\n`,
})

test('renderMetrics has what the supervisor and each generation say, the newest release first', () => {
  const text = renderMetrics(facts, [served(5, 10), served(6, 1)], [])
  assert.ok(text.includes('# HELP served_total Of release 6\n# TYPE served_total counter\n'))
  assert.ok(text.includes('served_total{generation="6"} 1\nserved_total{generation="5"} 10\n'))
  assert.equal(valueOf(text, 'lastcall_supervisor_generation'), '6')
})

test('counters of the last three generations survive their end, gauges do not', () => {
  let ended: readonly GenerationMetrics[] = []
  for (let generation = 1; generation <= 5; generation++)
    ended = keepEnded(ended, served(generation, generation * 100))
  const text = renderMetrics(facts, [served(6, 1)], ended)
  const series = [...text.matchAll(/^(served_total|open)\{generation="(\d)"\}/gm)].map(
    ([, name, id]) => `${name} ${id}`,
  )
  assert.deepEqual(series, ['served_total 6', 'served_total 5', 'served_total 4', 'served_total 3', 'open 6'])
})
