import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'

import { chartPath, chartSuite, refusal, renderChart, test, type Values } from './helm.ts'

/** Values, and what the message must name. */
const refused: readonly (readonly [Values, RegExp])[] = [
  [{ lifecyle: {} }, /lifecyle/],
  [{ lifecycle: { drainTimeout: 5 } }, /drainTimeout'/],
  [{ lifecycle: { preStop: { second: 5 } } }, /second'/],
  [{ lifecycle: { drainTimeoutSeconds: '15' } }, /\/lifecycle\/drainTimeoutSeconds.*string/s],
  [{ lifecycle: { drainTimeoutSeconds: 1.5 } }, /\/lifecycle\/drainTimeoutSeconds/],
  [{ lifecycle: { drainTimeoutSeconds: -1 } }, /\/lifecycle\/drainTimeoutSeconds/],
  [{ lifecycle: { drainTimeoutSeconds: 86_401 } }, /\/lifecycle\/drainTimeoutSeconds/],
  [{ lifecycle: { drainTimeoutSeconds: null } }, /drainTimeoutSeconds/],
  [{ lifecycle: { preStop: { seconds: -1 } } }, /\/lifecycle\/preStop\/seconds/],
  [{ lifecycle: { preStop: { seconds: 2.5 } } }, /\/lifecycle\/preStop\/seconds/],
  [{ lifecycle: { preStop: { mode: 'exec' } } }, /\/lifecycle\/preStop\/mode/],
  [{ lifecycle: { shutdownDelaySeconds: -1 } }, /\/lifecycle\/shutdownDelaySeconds/],
  [{ lifecycle: { readinessFailDelaySeconds: -1 } }, /\/lifecycle\/readinessFailDelaySeconds/],
  [{ lifecycle: { hooksTimeoutSeconds: -1 } }, /\/lifecycle\/hooksTimeoutSeconds/],
  [{ lifecycle: { marginSeconds: -1 } }, /\/lifecycle\/marginSeconds/],
  [{ lifecycle: { terminationGracePeriodSeconds: '30' } }, /\/lifecycle\/terminationGracePeriodSeconds/],
  [{ port: 0 }, /\/port/],
  [{ probePort: 65_536 }, /\/probePort/],
  [{ extraPorts: [{ port: 3_001 }] }, /name/],
  [{ extraPorts: [{ name: 'H2', port: 3_001 }] }, /\/extraPorts\/0\/name/],
  [{ extraPorts: [{ name: 'h2c', port: 0 }] }, /\/extraPorts\/0\/port/],
  [{ extraPorts: [{ name: 'h2c', port: 1, appProtocol: '' }] }, /\/extraPorts\/0\/appProtocol/],
  [{ replicaCount: -1 }, /\/replicaCount/],
  [{ image: { repository: 'shop:dev', tag: '1' } }, /\/image\/repository/],
  [{ image: { repository: 'shop', tag: true } }, /\/image\/tag/],
  [{ image: { repository: 'shop', digest: 'sha256:12' } }, /\/image\/digest/],
  [{ image: { repository: 'shop', tag: '1', pullPolicy: 'Sometimes' } }, /\/image\/pullPolicy/],
  [{ env: [{ name: 'A', value: 1 }] }, /\/env\/0\/value/],
  [{ env: { A: '1' } }, /\/env/],
  [{ service: { type: 'ExternalName' } }, /\/service\/type/],
  [{ probes: { readiness: { periodSeconds: 0 } } }, /\/probes\/readiness\/periodSeconds/],
  [{ probes: { readiness: { exec: {} } } }, /exec'/],
  [{ strategy: { maxSurge: '25' } }, /\/strategy\/maxSurge/],
  [{ strategy: { maxUnavailable: -1 } }, /\/strategy\/maxUnavailable/],
  [{ minReadySeconds: -1 }, /\/minReadySeconds/],
  [{ podDisruptionBudget: { maxUnavailable: 'one' } }, /\/podDisruptionBudget\/maxUnavailable/],
  [{ autoscaling: { minReplicas: 0 } }, /\/autoscaling\/minReplicas/],
  [{ metrics: { podMonitor: { interval: '5' } } }, /\/metrics\/podMonitor\/interval/],
  [{ metrics: { prometheusRule: { severity: '' } } }, /\/metrics\/prometheusRule\/severity/],
  [{ metrics: { dashboard: { labels: { a: 1 } } } }, /\/metrics\/dashboard\/labels\/a/],
  [{ topologySpread: { whenUnsatisfiable: 'Maybe' } }, /\/topologySpread\/whenUnsatisfiable/],
  [{ resources: { request: {} } }, /request'/],
  [{ podLabels: { team: 1 } }, /\/podLabels\/team/],
  // What the API server would refuse, when the rest of the release is installed already.
  [{ podLabels: { team: 'a b' } }, /\/podLabels\/team/],
  [{ podLabels: { 'a b': '' } }, /\/podLabels/],
  [{ podAnnotations: { 'a b': '' } }, /\/podAnnotations/],
  [{ env: [{ name: '..', value: '' }] }, /\/env\/0\/name/],
  [{ extraPorts: [{ name: 'a--b', port: 1 }] }, /\/extraPorts\/0\/name/],
  [{ extraVolumes: [{ name: 'Cache', emptyDir: {} }] }, /\/extraVolumes\/0\/name/],
  [{ extraVolumeMounts: [{ name: 'cache' }] }, /mountPath/],
  [{ extraVolumeMounts: [{ name: 'cache', mountPath: '/a:b' }] }, /\/extraVolumeMounts\/0\/mountPath/],
  [{ imagePullSecrets: [{ name: 'A' }] }, /\/imagePullSecrets\/0\/name/],
  [{ resources: { requests: { memory: '128MB' } } }, /\/resources\/requests\/memory/],
  [{ resources: { requests: { mem: '128Mi' } } }, /\/resources\/requests.*mem/],
  [{ extraPorts: [{ name: 'h2c', port: 1, appProtocol: 'a b' }] }, /\/extraPorts\/0\/appProtocol/],
  [{ extraVolumes: [{ name: 'a', emptyDir: {}, secret: { secretName: 'b' } }] }, /\/extraVolumes\/0/],
  [{ tolerations: [{ operator: 'Exist' }] }, /\/tolerations\/0\/operator/],
  [{ tolerations: [{ operator: 'Exists', value: 'a' }] }, /\/tolerations\/0\/value/],
  [{ serviceAccount: { name: 'a_b' } }, /\/serviceAccount\/name/],
  [{ strategy: { maxUnavailable: '101%' } }, /\/strategy\/maxUnavailable/],
  [{ podDisruptionBudget: { minAvailable: '101%' } }, /\/podDisruptionBudget\/minAvailable/],
  [{ topologySpread: { topologyKeys: ['zone', 'zone'] } }, /\/topologySpread\/topologyKeys/],
  [{ strategy: { type: 'Recreation' } }, /\/strategy\/type/],
  [{ service: { ipFamilyPolicy: 'Dual' } }, /\/service\/ipFamilyPolicy/],
  [{ service: { ipFamilies: ['IPv4', 'IPv4'] } }, /\/service\/ipFamilies/],
  [{ service: { appProtocol: 'a b' } }, /\/service\/appProtocol/],
  [{ ingress: { hosts: [{ host: 'A' }] } }, /\/ingress\/hosts\/0\/host/],
  [{ ingress: { hosts: [{ paths: [{ path: 'a' }] }] } }, /\/ingress\/hosts\/0\/paths\/0\/path/],
  [{ httpRoute: { parentRefs: [{}] } }, /name/],
  [{ networkPolicy: { probesFrom: [{ pods: {} }] } }, /pods/],
  [{ commonLabels: { team: 'a b' } }, /\/commonLabels\/team/],
  [{ commonAnnotations: { owner: 1 } }, /\/commonAnnotations\/owner/],
  [{ priorityClassName: 'High' }, /\/priorityClassName/],
  [{ hostAliases: [{ ip: 'db', hostnames: ['db'] }] }, /\/hostAliases\/0\/ip/],
  [{ serviceAccount: { automountToken: 'yes' } }, /\/serviceAccount\/automountToken/],
  [{ statefulSet: { podManagementPolicy: 'Serial' } }, /\/statefulSet\/podManagementPolicy/],
  [{ statefulSet: { volumeClaimTemplates: [{ metadata: { name: 'a' } }] } }, /spec/],
  [{ extraObjects: [1] }, /\/extraObjects\/0/],
  [{ helmTest: { path: 'page' } }, /\/helmTest\/path/],
]

interface Schema {
  readonly $ref?: string
  readonly type?: unknown
  readonly additionalProperties?: unknown
  readonly properties?: Readonly<Record<string, Schema>>
  readonly definitions?: Readonly<Record<string, Schema>>
}

const schema = JSON.parse(await readFile(join(chartPath, 'values.schema.json'), 'utf8')) as Schema
const defaults = parse(await readFile(join(chartPath, 'values.yaml'), 'utf8')) as Values

/**
 * Compares the schema's properties with the default values, level by level, and returns where they differ.
 */
function differences(given: Schema, values: Values, path = ''): readonly string[] {
  const own = given.$ref === undefined ? given : schema.definitions?.[given.$ref.split('/').at(-1) ?? '']
  if (own?.properties === undefined) return []
  const open = own.additionalProperties === false ? [] : [`${path}: takes unknown keys`]
  const undefinedKeys = Object.keys(values).filter((key) => !(key in (own.properties ?? {})))
  const deeper = Object.entries(own.properties).flatMap(([key, property]) => {
    const value = values[key]
    if (!(key in values)) return [`${path}/${key}: no default`]
    const isMap = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isMap ? differences(property, value as Values, `${path}/${key}`) : []
  })
  return [...open, ...undefinedKeys.map((key) => `${path}/${key}: not in the schema`), ...deeper]
}

chartSuite('chart schema', () => {
  for (const [values, wanted] of refused) {
    test(`${JSON.stringify(values)} is refused`, async () => {
      const message = await refusal(values)
      assert.match(message, /don't meet the specifications of the schema/)
      assert.match(message, wanted)
    })
  }

  test('it has every value and no other, but for what a parent chart reads and helm adds', () => {
    const known = ['/claims', '/limits'].map((key) => `/resources${key}: no default`)
    assert.deepEqual(
      differences(schema, defaults).filter((each) => !known.includes(each)),
      ['/global: no default', '/enabled: no default', '/lastcall-lib: no default'],
    )
  })

  test('null is accepted where the chart computes or leaves out', async () => {
    const values = {
      lifecycle: {
        shutdownDelaySeconds: null,
        readinessFailDelaySeconds: null,
        terminationGracePeriodSeconds: null,
      },
      service: { nodePort: null },
      podDisruptionBudget: { maxUnavailable: null, minAvailable: null },
      autoscaling: { targetCPUUtilizationPercentage: null, targetMemoryUtilizationPercentage: null },
      tmp: { sizeLimit: null },
    }
    assert.deepEqual(await renderChart(values), await renderChart())
  })
})
