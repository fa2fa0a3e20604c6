/**
 * Every rendered chart and every manifest of the guides, judged by the API server's own validation, and the
 * pods of all workloads by the restricted Pod Security standard, which the namespace enforces.
 * {@link file://../../e2e/admission.ts} runs it with the KUBECONFIG of the cluster.
 */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, relative } from 'node:path'
import { suite, test } from 'node:test'
import { parse, parseAllDocuments } from 'yaml'
import { namespace } from '../../e2e/cluster.ts'
import { run } from '../../e2e/shell.ts'
import { codeBlocksOf } from '../docs/pages.ts'
import { image, runHelm } from './helm.ts'
import type { Manifest, Metadata } from './manifest.ts'

/** Kinds whose definitions this cluster does not have. Nothing else is left out. */
const FOREIGN_KINDS = [
  'ServiceMonitor',
  'PodMonitor',
  'PrometheusRule',
  'HTTPRoute',
  'ScaledObject',
  'BackendConfig',
  'MutatingPolicy',
  // kind's own configuration, in a guide.
  'Cluster',
]
/** Fields of a pod that name objects of the user's cluster. */
const NAMING_FIELDS = ['serviceAccount', 'serviceAccountName', 'priorityClassName', 'runtimeClassName']

interface Chart {
  readonly folder: string
  /** Files with values; undefined for the chart's own. */
  readonly valueFiles: readonly (string | undefined)[]
  readonly hasDependencies: boolean
}

function findCharts(): readonly Chart[] {
  const exclude = (name: string): boolean => name.includes('node_modules')
  return globSync('{charts,examples,test}/**/Chart.yaml', { exclude }).flatMap((file) => {
    const chart = parse(readFileSync(file, 'utf8')) as { type?: string; dependencies?: readonly object[] }
    if (chart.type === 'library') return []
    const folder = dirname(file)
    const valueFiles = globSync(`${folder}/ci/*.yaml`).toSorted()
    return [
      {
        folder,
        valueFiles: valueFiles.length > 0 ? valueFiles : [undefined],
        hasDependencies: (chart.dependencies ?? []).length > 0,
      },
    ]
  })
}

/** Objects in a text of YAML documents. */
function objectsIn(text: string): readonly Manifest[] {
  return parseAllDocuments(text).flatMap((document) => {
    const object = document.toJS() as Partial<Manifest> | null
    return object?.apiVersion !== undefined && object.kind !== undefined ? [object as Manifest] : []
  })
}

async function render({ folder, hasDependencies }: Chart, args: readonly string[]): Promise<string> {
  const update = hasDependencies ? ['--dependency-update'] : []
  const { code, stdout, stderr } = await runHelm(
    ['template', 'fixture', folder, '-n', namespace, '--kube-version', await version, ...update, ...args],
    JSON.stringify({ image }),
  )
  assert.equal(code, 0, stderr)
  return stdout
}

const version = run('kubectl', ['version', '-o', 'json']).then(
  (text) => (JSON.parse(text) as { serverVersion: { gitVersion: string } }).serverVersion.gitVersion,
)

interface PodTemplate {
  readonly metadata?: object
  readonly spec: Readonly<Record<string, unknown>>
}

/** The pod that a workload would start: Pod Security refuses pods, and only warns of workloads. */
function podsOf({ kind, metadata, spec }: Manifest): readonly object[] {
  const job = kind === 'CronJob' ? (spec['jobTemplate'] as Manifest).spec : spec
  const template = (kind === 'Pod' ? { metadata, spec } : job?.['template']) as PodTemplate | undefined
  if (template?.spec?.['containers'] === undefined) return []
  // The controller of a StatefulSet adds a volume for each claim.
  const claims = (spec['volumeClaimTemplates'] ?? []) as readonly { metadata: Metadata }[]
  const claimed = claims.map(({ metadata: { name } }) => ({
    name,
    persistentVolumeClaim: { claimName: name },
  }))
  const volumes = [...((template.spec['volumes'] ?? []) as readonly object[]), ...claimed]
  const own = Object.entries({ ...template.spec, volumes }).filter(
    ([field]) => !NAMING_FIELDS.includes(field),
  )
  const pod = { metadata: { ...template.metadata, name: metadata.name }, spec: Object.fromEntries(own) }
  return [{ apiVersion: 'v1', kind: 'Pod', ...pod }]
}

/** Has the API server judge objects without keeping them; rejects with its words. */
async function judge(objects: readonly Manifest[], place = namespace): Promise<void> {
  const own = objects.filter(({ kind }) => !FOREIGN_KINDS.includes(kind))
  const items = [...own.filter(({ kind }) => kind !== 'Pod'), ...own.flatMap(podsOf)]
  assert.ok(items.length > 0, 'nothing to judge')
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
  await run('kubectl', ['apply', '--dry-run=server', '-n', place, '-f', '-'], { input: list })
}

suite('the API server accepts every rendered chart', () => {
  const charts = findCharts()

  test('all charts of this repository are found', () => {
    const folders = charts.map(({ folder }) => folder)
    assert.ok(folders.includes('charts/lastcall') && folders.includes('charts/lastcall-policies'))
  })

  for (const chart of charts) {
    for (const file of chart.valueFiles) {
      const name = file === undefined ? `${chart.folder} with its own values` : relative('.', file)
      test(name, async () => {
        const objects = objectsIn(await render(chart, file === undefined ? [] : ['--values', file]))
        // Charts in the form of others leave the security context to their user.
        const isForeign = chart.folder.startsWith('test/')
        await (isForeign ? judge(objects.map(withoutNamespace), 'default') : judge(objects))
      })
    }
  }

  const application = charts.find(({ folder }) => folder === 'charts/lastcall')
  const broken: readonly (readonly [string, string, string, RegExp])[] = [
    [
      'a word that the API does not know',
      'type: RollingUpdate',
      'type: Rolling',
      /spec.strategy: Unsupported value/,
    ],
    ['a field that is misspelled', 'minReadySeconds:', 'minReadySecond:', /unknown field "minReadySecond"/],
    ['a privilege', 'Escalation: false', 'Escalation: true', /violates PodSecurity "restricted/],
  ]
  for (const [what, right, wrong, words] of broken) {
    test(`${what} is refused`, async () => {
      const text = await render(application!, ['--values', '-'])
      assert.ok(text.includes(right))
      await assert.rejects(judge(objectsIn(text.replaceAll(right, wrong))), words)
    })
  }
})

suite('the API server accepts every manifest in the guides', () => {
  for (const page of globSync('docs/**/*.md').toSorted()) {
    const blocks = codeBlocksOf(page).filter(({ language }) => language === 'yaml')
    const objects = blocks
      .flatMap(({ code }) => objectsIn(code))
      .filter(({ kind }) => !FOREIGN_KINDS.includes(kind))
      .map(withoutNamespace)
    if (objects.length === 0) continue
    // They leave the security context to the reader: this namespace takes any pod.
    test(page, async () => judge(objects, 'default'))
  }
})

/** A page names the reader's namespace, which is not there. */
function withoutNamespace(object: Manifest): Manifest {
  const named = Object.entries(object.metadata).filter(([field]) => field !== 'namespace')
  return { ...object, metadata: Object.fromEntries(named) as unknown as Metadata }
}
