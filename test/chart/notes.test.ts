import assert from 'node:assert/strict'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before } from 'node:test'

import { chartPath, chartSuite, image, installNotes, renderChart, test, type Values } from './helm.ts'

chartSuite('chart notes', () => {
  let copy = ''

  // helm shows notes only on install, and there it takes no cluster version. A template that prints them gets
  // around both.
  before(async () => {
    copy = await mkdtemp(join(tmpdir(), 'lastcall-notes-'))
    await cp(chartPath, copy, { recursive: true })
    const wrapper = 'notes: {{ include (print $.Template.BasePath "/NOTES.txt") . | toJson }}\nkind: Notes\n'
    await writeFile(join(copy, 'templates/notes.yaml'), wrapper)
  })
  after(() => rm(copy, { recursive: true }))

  async function renderNotes(values: Values = {}, kubeVersion = '1.34.0'): Promise<string> {
    const manifests = await renderChart({ image, ...values }, { chart: copy, kubeVersion })
    const found = manifests.find(({ kind }) => kind === 'Notes') as unknown as
      { readonly notes: string } | undefined
    return found?.notes ?? ''
  }

  function timetableOf(notes: string): readonly string[] {
    return notes.split('\n').filter((line) => line.startsWith('  T+'))
  }

  test('they are shown on install', async () => {
    const notes = await installNotes()
    assert.equal(notes.trim(), (await renderNotes()).trim())
  })

  test('the timetable has every moment of the defaults in order', async () => {
    assert.deepEqual(timetableOf(await renderNotes()), [
      '  T+0 s      deletion: the pod begins to leave the endpoints; preStop sleeps 5 s, everything is served',
      '  T+5 s      SIGTERM: everything is served, every response says Connection: close',
      '  T+5 s      readiness: /readyz answers 503',
      '  T+7 s      listeners close, what is in flight is finished',
      '  T+22 s     drain timeout: what is still in flight is force-closed and counted; the stop hooks run',
      '  T+27 s     exit, at the latest; usually much sooner',
      '  T+30 s     SIGKILL, if the process is still there',
    ])
  })

  test('a late readiness comes where its own clock puts it', async () => {
    const lifecycle = {
      preStop: { seconds: 100 },
      readinessFailDelaySeconds: 9,
      terminationGracePeriodSeconds: 200,
    }
    const moments = timetableOf(await renderNotes({ lifecycle }))
    assert.deepEqual(
      moments.map((line) => /T\+(\d+) s/.exec(line)?.[1]),
      ['0', '100', '102', '109', '117', '122', '200'],
    )
    assert.match(moments[3] ?? '', /readiness/)
  })

  test('a readiness that outlasts the shutdown is said to stay green', async () => {
    const notes = await renderNotes({ lifecycle: { readinessFailDelaySeconds: 22 } })
    assert.match(notes, /readiness: \/readyz stays green to the end/)
    assert.doesNotMatch(notes, /answers 503/)
  })

  test('SIGKILL never comes sooner than the kubelet allows, which is 2 s after SIGTERM', async () => {
    const lifecycle = {
      preStop: { seconds: 5 },
      shutdownDelaySeconds: 0,
      drainTimeoutSeconds: 1,
      hooksTimeoutSeconds: 0,
      marginSeconds: 0,
    }
    assert.match(await renderNotes({ lifecycle }), /T\+7 s +SIGKILL/)
  })

  test('an old cluster is told what takes the place of the sleep', async () => {
    const notes = await renderNotes({}, '1.29.0')
    assert.match(notes, /T\+0 s +deletion: .*; no preStop hook/)
    assert.match(notes, /T\+0 s +SIGTERM/)
    assert.match(
      notes,
      /This cluster \(v1\.29\.0\) has no preStop sleep action.*waits those 5 s itself.*delay is 7 s/,
    )
    assert.doesNotMatch(
      await renderNotes({ lifecycle: { preStop: { mode: 'none' } } }, '1.29.0'),
      /This cluster/,
    )
    assert.doesNotMatch(await renderNotes(), /This cluster/)
  })

  test('the sum is written out', async () => {
    const sum =
      'grace period 30 s; preStop 5 + shutdown delay 2 + drain timeout 15 + hooks timeout 5 + margin 3 = 30 s'
    assert.ok((await renderNotes()).includes(sum))
  })

  test('the commands name this release', async () => {
    const notes = await renderNotes({ fullnameOverride: 'front' })
    assert.ok(notes.includes('kubectl --namespace default rollout restart deployment/front'))
    assert.ok(notes.includes('--selector app.kubernetes.io/name=shop,app.kubernetes.io/instance=shop'))
    assert.ok(notes.includes('--selector kubernetes.io/service-name=front'))
  })

  test('a release without a number of replicas leaves the counting to somebody else', async () => {
    assert.match(await renderNotes({ replicaCount: null }), /, as many replicas as your autoscaler wants,/)
  })

  test('an autoscaled release shows its range', async () => {
    const notes = await renderNotes({ autoscaling: { enabled: true, minReplicas: 2, maxReplicas: 8 } })
    assert.match(notes, /, 2 to 8 replicas,/)
  })
})
