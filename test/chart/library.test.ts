import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'

import { copiedParts, copyFolder } from '../../scripts/charts/library.ts'
import {
  chartPath,
  chartSuite,
  image,
  renderChart,
  renderDeployment,
  runHelm,
  test,
  type Values,
} from './helm.ts'
import { emptyFolder, libraryPath, renderExpression } from './library.ts'
import { containerOf, podOf } from './manifest.ts'

const templates = join(libraryPath, 'templates')
const files = readdirSync(templates).map((name) => readFileSync(join(templates, name), 'utf8'))
const names = files.flatMap((text) => [...text.matchAll(/define "([^"]+)"/g)].map(([, name = '']) => name))

const version = '"kubeVersion" .Capabilities.KubeVersion.Version'
const defaults = `(dict ${version})`
const given = `(merge .Values.given (dict ${version}))`

/** What an expression renders to. */
async function rendered(expression: string, values: Values = {}): Promise<unknown> {
  const { code, stdout, stderr } = await renderExpression(expression, values)
  assert.equal(code, 0, stderr)
  return (parse(stdout) as { readonly out: unknown }).out
}

/** What `lastcall.v1.check` says against a dict. */
async function refused(values: Values): Promise<string> {
  const { code, stderr } = await renderExpression(`include "lastcall.v1.check" ${given}`, values)
  assert.notEqual(code, 0)
  return stderr
}

chartSuite('chart library', () => {
  test('its copy in the application chart is the same', () => {
    const copy = fileURLToPath(copyFolder)
    assert.deepEqual(readdirSync(copy).toSorted(), copiedParts.toSorted())
    assert.deepEqual(readdirSync(join(copy, 'templates')), readdirSync(templates))
    for (const part of copiedParts.filter((name) => name !== 'templates').concat(readdirSync(templates))) {
      const folder = copiedParts.includes(part) ? '.' : 'templates'
      const [own, copied] = [libraryPath, copy].map((top) => readFileSync(join(top, folder, part), 'utf8'))
      assert.equal(copied, own, `${part} differs: npm run chart:lib`)
    }
  })

  test('the application chart is whole as an archive', async () => {
    const folder = await emptyFolder()
    const { code, stderr } = await runHelm(['package', chartPath, '--destination', folder])
    assert.equal(code, 0, stderr)
    const [archive = ''] = readdirSync(folder)
    assert.deepEqual(
      await renderChart({ image }, { chart: join(folder, archive) }),
      await renderChart({ image }),
    )
  })

  test('every name carries the version', () => {
    assert.ok(names.length > 10)
    for (const name of names) assert.match(name, /^lastcall\.v1\.[a-zA-Z.]+$/)
  })

  test('its defaults are those of the application chart', () => {
    const text = files.join('\n').split('define "lastcall.v1.defaults" -}}')[1]?.split('{{- end')[0]
    const own = parse(text ?? '') as Record<string, Record<string, unknown>>
    const values = parse(readFileSync(join(chartPath, 'values.yaml'), 'utf8')) as typeof own
    // The application chart takes the time of the hook from the profile.
    const lifecycle = { ...own['lifecycle'], autoImage: '' } as Record<string, unknown>
    const preStop = { ...(lifecycle['preStop'] as object), seconds: null }
    assert.deepEqual({ ...lifecycle, preStop }, values['lifecycle'])
    assert.deepEqual(own['probes'], values['probes'])
    assert.equal(own['probePort'], values['probePort'])
  })

  test('a dict with nothing but the version makes the pod of a default release', async () => {
    const deployment = await renderDeployment()
    const container = containerOf(deployment)
    assert.equal(await rendered(`include "lastcall.v1.gracePeriod" ${defaults}`), 30)
    assert.deepEqual(await rendered(`include "lastcall.v1.preStop" ${defaults}`), {
      lifecycle: container.lifecycle,
    })
    assert.deepEqual(await rendered(`include "lastcall.v1.ports" ${defaults}`), [
      { name: 'probes', containerPort: 8_081, protocol: 'TCP' },
    ])
    const probes = (await rendered(`include "lastcall.v1.probes" ${defaults}`)) as Values
    for (const [name, probe] of Object.entries(probes)) assert.deepEqual(probe, container[name])
    assert.equal(Object.keys(probes).length, 3)
    const env = await rendered(`include "lastcall.v1.env" ${defaults}`)
    const own = container.env.filter(({ name }) => name.startsWith('LASTCALL_'))
    assert.deepEqual(env, own)
    assert.equal(podOf(deployment).terminationGracePeriodSeconds, 30)
  })

  test('without a hook there is no lifecycle field', async () => {
    const values = { lifecycle: { preStop: { mode: 'none' } } }
    assert.equal(await rendered(`include "lastcall.v1.preStop" ${given}`, values), null)
  })

  test('0 and false are values, null and nothing are not', async () => {
    const values = {
      lifecycle: {
        preStop: { seconds: 0 },
        marginSeconds: 0,
        drainTimeoutSeconds: null,
        hooksTimeoutSeconds: 0,
      },
    }
    assert.equal(await rendered(`include "lastcall.v1.gracePeriod" ${given}`, values), 20)
  })

  const wrong: readonly (readonly [Values, RegExp])[] = [
    [
      { lifecycle: { drainTimeout: 5 } },
      /lifecycle\.drainTimeout is not known; there are .*drainTimeoutSeconds/,
    ],
    [{ lifecycle: { preStop: { second: 5 } } }, /lifecycle\.preStop\.second is not known/],
    [{ lifecycle: { preStop: 5 } }, /lifecycle\.preStop is 5, wanted a map of mode, seconds/],
    [
      { lifecycle: { preStop: { mode: 'exec' } } },
      /lifecycle\.preStop\.mode is exec, wanted auto, sleep or none/,
    ],
    [{ lifecycle: { drainTimeoutSeconds: '15' } }, /drainTimeoutSeconds is "15", wanted a whole number/],
    [{ lifecycle: { marginSeconds: -1 } }, /lifecycle\.marginSeconds is -1, wanted a whole number/],
    [{ lifecycle: { hooksTimeoutSeconds: 1.5 } }, /hooksTimeoutSeconds is 1\.5, wanted a whole number/],
    [{ probes: { readiness: { timeoutSeconds: '1' } } }, /probes\.readiness\.timeoutSeconds is "1"/],
    [
      { probes: { readiness: { periodSeconds: 0 } } },
      /periodSeconds is 0, wanted a whole number from 1 to 99999/,
    ],
    [{ probes: { liveness: { failureThreshold: 0 } } }, /probes\.liveness\.failureThreshold is 0/],
    [{ probePort: 70_000 }, /probePort is 70000, wanted a whole number from 1 to 65535/],
    [{ port: 0 }, /port is 0, wanted a whole number from 1 to 65535/],
    [{ lifecycle: { acceptLoss: 'false' } }, /lifecycle\.acceptLoss is "false", wanted true or false/],
    [{ lifecycle: { auto: 1 } }, /lifecycle\.auto is 1, wanted true or false/],
    [{ probes: { ready: {} } }, /probes\.ready is not known/],
    [{ enviroment: [] }, /enviroment is not known; there are .*env/],
    [{ lifecycle: 'x' }, /- lifecycle is "x", wanted a map of acceptLoss, auto/],
    [{ lifecycle: [] }, /- lifecycle is \[\], wanted a map of acceptLoss, auto/],
    [{ probes: [] }, /- probes is \[\], wanted a map of liveness, readiness, startup/],
    [{ env: { A: 'b' } }, /- env is {"A":"b"}, wanted a list/],
    [{ env: ['A=b'] }, /- env\[0\] is "A=b", wanted a map of name, value, valueFrom/],
    [{ env: [{ value: '5' }] }, /- env\[0\] has no name: it is {"value":"5"}/],
    [{ env: [{ name: 5, value: '5' }] }, /- env\[0\]\.name is 5, wanted text/],
    [{ env: [{ name: 'A', value: 5 }] }, /- env\[0\]\.value \(A\) is 5, wanted text: put it in quotes/],
    [{ env: [{ name: 'A', valueFrom: 'b' }] }, /- env\[0\]\.valueFrom \(A\) is "b", wanted a map/],
    [{ module: '', lifecycle: { auto: true } }, /- module is "", wanted what lifecycle\.auto imports/],
    [{ path: 5 }, /- path is 5, wanted the place of lifecycle in your values/],
    [{ kubeVersion: 'foo' }, /- kubeVersion is "foo", wanted a version as text, such as v1\.30\.0/],
    [{ kubeVersion: 1.3 }, /- kubeVersion is 1\.3, wanted a version as text/],
    [{ port: 8_081 }, /port and probePort are both 8081/],
    [
      { path: 'web.times', lifecycle: { terminationGracePeriodSeconds: 29 } },
      /web\.times\.terminationGracePeriodSeconds is 29, and preStop 5 .* = 30 s/,
    ],
    [
      { path: 'web.times', env: [{ name: 'LASTCALL_DRAIN_TIMEOUT', value: '1s' }] },
      /env: LASTCALL_DRAIN_TIMEOUT comes from the chart and is 15s; set web\.times\.drainTimeoutSeconds/,
    ],
  ]
  for (const [values, message] of wrong) {
    test(`${JSON.stringify(values)} is refused`, async () => {
      assert.match(await refused(values), message)
    })
  }

  test('a chart that forgets the check cannot render a sum that does not add up', async () => {
    const values = { lifecycle: { terminationGracePeriodSeconds: 29 } }
    const { code, stderr } = await renderExpression(`include "lastcall.v1.gracePeriod" ${given}`, values)
    assert.notEqual(code, 0)
    assert.match(stderr, /SIGKILL would end the rest/)
  })

  test('a dict without the version says what to pass', async () => {
    const { stderr } = await renderExpression('include "lastcall.v1.env" (dict)')
    assert.match(stderr, /kubeVersion is missing: pass "kubeVersion" \.Capabilities\.KubeVersion\.Version/)
  })
})
