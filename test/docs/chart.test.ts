import assert from 'node:assert/strict'
import { parse } from 'yaml'
import { readTable } from '../../scripts/docs/markdown.ts'
import { resolveOptions } from '../../src/core/options.ts'
import { chartPath, chartSuite, image, renderDeployment, runHelm, test } from '../chart/helm.ts'
import { containerOf, type Deployment, environmentOf, podOf } from '../chart/manifest.ts'
import { plain } from './compare.ts'
import { codeBlocksOf, sectionOf } from './pages.ts'

const reference = 'docs/reference/chart.md'
const guide = 'docs/guides/kubernetes.md'

/** Parts of a container that a shutdown depends on. */
const parts = [
  'ports',
  'startupProbe',
  'readinessProbe',
  'livenessProbe',
  'lifecycle',
  'terminationMessagePolicy',
] as const

function handWritten(): Deployment {
  const blocks = codeBlocksOf(guide).filter(({ language }) => language === 'yaml')
  const found = blocks.find(({ code }) => code.includes('kind: Deployment'))
  return parse(found?.code ?? '') as Deployment
}

/** TCP is the default, which the chart writes down. */
const withoutProtocol = (ports: unknown): unknown =>
  (ports as readonly { name: string; containerPort: number }[]).map(({ name, containerPort }) => ({
    name,
    containerPort,
  }))

chartSuite('documentation of the chart', () => {
  test('the Deployment that is written by hand has the numbers, probes and hook of the chart', async () => {
    const [ours, theirs] = [handWritten(), await renderDeployment()]
    assert.deepEqual(environmentOf(ours), environmentOf(theirs))
    for (const field of ['minReadySeconds', 'strategy', 'replicas'])
      assert.deepEqual(ours.spec[field], theirs.spec[field], field)
    for (const field of ['terminationGracePeriodSeconds', 'enableServiceLinks'])
      assert.deepEqual(podOf(ours)[field], podOf(theirs)[field], field)
    for (const part of parts) {
      const [mine, wanted] = [containerOf(ours)[part], containerOf(theirs)[part]]
      assert.deepEqual(mine, part === 'ports' ? withoutProtocol(wanted) : wanted, part)
    }
  })

  test('lastcall accepts the numbers of the Deployment that is written by hand', () => {
    const { options, notices } = resolveOptions({}, environmentOf(handWritten()) as Record<string, string>)
    assert.deepEqual(notices, [])
    assert.equal(
      options.preStopMs,
      1_000 * (containerOf(handWritten()).lifecycle?.preStop.sleep.seconds ?? 0),
    )
    assert.equal(options.gracePeriodMs, 1_000 * podOf(handWritten()).terminationGracePeriodSeconds)
  })

  test('the table has what the server of a default release is told', async () => {
    const rows = readTable(sectionOf(reference, 'Chart')).slice(1).map(plain)
    const told = Object.fromEntries(rows.map(([, value = '', , name = '']) => [name, value]))
    const environment = Object.entries(environmentOf(await renderDeployment()))
    const wanted = environment.filter(([, value]) => value !== undefined)
    assert.deepEqual(told, Object.fromEntries(wanted.map(([name, value]) => [name, value.replace(/s$/, '')])))
  })

  test('the timetable is the one that helm prints', async () => {
    const args = ['install', 'shop', chartPath, '--dry-run=client', '--values', '-']
    const { code, stdout, stderr } = await runHelm(args, JSON.stringify({ image }))
    assert.equal(code, 0, stderr)
    const [timetable] = codeBlocksOf(reference).filter(({ code: text }) => text.includes('SIGKILL'))
    assert.ok(timetable && stdout.includes(timetable.code), timetable?.code)
  })
})
