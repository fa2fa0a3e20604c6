import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
  type ToStringOptions,
  visit,
} from 'yaml'
import { readDocuments } from '../../src/kube/yaml/read-documents.ts'
import { valueAt } from '../../src/kube/yaml/plain.ts'
import { patch } from './patch.ts'

/** Text that needs quotes in one place or another. */
const text = fc.oneof(
  fc.constantFrom(
    '',
    'yes',
    'no: way',
    '5s',
    '0x1f',
    "it's",
    '"',
    '# none',
    'a, b',
    '{a}',
    'line\nbreak\n',
    ' x ',
  ),
  fc.string({ maxLength: 12 }),
)
const scalar = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null))
const name = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/)
const anything = fc.dictionary(name, fc.oneof(scalar, fc.array(scalar, { maxLength: 3 })), { maxKeys: 3 })

const variable = fc.record({ name: fc.stringMatching(/^[A-K][A-Z]{0,6}$/), value: text })
const container = fc.record(
  {
    name: fc.constant('app'),
    image: fc.constant('shop:1'),
    env: fc.oneof(fc.uniqueArray(variable, { selector: (one) => one.name, maxLength: 3 }), fc.constant(null)),
    ports: fc.constantFrom([], null, [{ containerPort: 3000 }]),
    resources: anything,
    readinessProbe: fc.constant({ httpGet: { path: '/', port: 3000 } }),
    lifecycle: fc.constantFrom(
      {},
      { preStop: { sleep: { seconds: 9 } } },
      { postStart: { exec: { command: ['x'] } } },
    ),
  },
  { requiredKeys: ['name'] },
)
const pod = fc.record(
  {
    terminationGracePeriodSeconds: fc.constantFrom(null, 5, 30, 100),
    nodeSelector: anything,
    containers: fc.tuple(container),
    tolerations: fc.array(anything, { maxLength: 2 }),
  },
  { requiredKeys: ['containers'] },
)
const workload = fc.record({
  metadata: anything,
  pod,
  kind: fc.constantFrom('Deployment', 'StatefulSet', 'DaemonSet'),
})

type Workload = typeof workload extends fc.Arbitrary<infer Value> ? Value : never

/** How somebody may write it. */
const writing = fc.record({
  indent: fc.integer({ min: 1, max: 4 }),
  indentSeq: fc.boolean(),
  collectionStyle: fc.constantFrom('any', 'block', 'flow'),
  flowCollectionPadding: fc.boolean(),
  defaultStringType: fc.constantFrom('PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE'),
  lineWidth: fc.constantFrom(0, 40, 80),
} as const)

/** Where comments, brackets and blank lines are put. */
const seeds = fc.array(fc.nat(), { minLength: 12, maxLength: 12 })

/** A manifest as a person could have written it: with comments, blank lines, and brackets here and there. */
const manifest = fc
  .tuple(workload, writing, seeds, fc.constantFrom('\n', '\r\n'))
  .map(([value, options, random, newline]) => write(value, options, random).replaceAll('\n', newline))
  // The library writes some comments so that it cannot read the text again.
  .filter((text) => parseDocument(text).errors.length === 0)

function write(
  { metadata, pod: spec, kind }: Workload,
  options: ToStringOptions,
  random: readonly number[],
): string {
  const value = { apiVersion: 'apps/v1', kind, metadata, spec: { template: { spec } } }
  const document = parseDocument(JSON.stringify(value))
  decorate(document, random, options.collectionStyle !== 'block')
  return document.toString(options)
}

function decorate(document: Document, random: readonly number[], mayHaveBrackets: boolean): void {
  let nth = 0
  const next = (): number => random[nth++ % random.length] ?? 0
  visit(document, {
    Node(key, node) {
      if (isScalar(node)) delete node.type
      if (isMap(node) || isSeq(node)) node.flow = next() % 5 === 0 && mayHaveBrackets
      decorateNode(node as Node, next(), key === 'key')
    },
  })
}

function decorateNode(node: Node, chance: number, isKey: boolean): void {
  if (isKey && chance % 7 === 0) node.commentBefore = ` above ${chance}`
  if (isKey && isScalar(node) && chance % 11 === 0) node.spaceBefore = true
  if (!isKey && isScalar(node) && chance % 6 === 0) node.comment = ` behind ${chance}`
}

const patchedInContainer = [
  'startupProbe',
  'readinessProbe',
  'livenessProbe',
  'lifecycle',
  'terminationMessagePolicy',
]

/** What a document says, but for what the patch is about. */
function rest(text: string): unknown {
  const value = readDocuments('', text).documents[0]?.value as Record<string, unknown>
  const spec = valueAt(value, ['spec', 'template', 'spec']) as Record<string, unknown>
  const app = valueAt(spec, ['containers', 0]) as Record<string, unknown>
  const env = (app['env'] ?? []) as { name: string }[]
  const ports = (app['ports'] ?? []) as { name?: string }[]
  for (const key of patchedInContainer) delete app[key]
  delete spec['terminationGracePeriodSeconds']
  return {
    ...value,
    spec: {
      ...spec,
      containers: [
        {
          ...app,
          env: env.filter((one) => !one.name.startsWith('LASTCALL_')),
          ports: ports.filter((one) => one.name !== 'probes'),
        },
      ],
    },
  }
}

const comments = (text: string): readonly string[] => text.match(/# (?:above|behind) \d+/g) ?? []

test('a patch of a patch is the same to the byte, however the manifest is written', () => {
  fc.assert(
    fc.property(manifest, (before) => {
      const once = patch(before).text
      assert.equal(patch(once).text, once)
    }),
    { numRuns: 150 },
  )
})

test('comments stay, in their order, and so does everything that the patch is not about', () => {
  fc.assert(
    fc.property(manifest, (before) => {
      const after = patch(before).text
      assert.deepEqual(comments(after), comments(before))
      assert.deepEqual(rest(after), rest(before))
    }),
    { numRuns: 150 },
  )
})

test('where nothing has to be changed, lines are added and all others stay as they are', () => {
  const untouched = workload.map((value): Workload => {
    const [app] = value.pod.containers
    const kept = Object.entries(app).filter(([key]) => !['env', 'ports', 'lifecycle'].includes(key))
    const { nodeSelector = {}, tolerations = [] } = value.pod
    const containers: [typeof app] = [Object.fromEntries(kept) as typeof app]
    return { ...value, pod: { nodeSelector, containers, tolerations } }
  })
  const block = writing.map((options) => ({ ...options, collectionStyle: 'block' as const }))
  const written = fc
    .tuple(untouched, block, seeds)
    .map(([value, options, random]) => write(value, options, random))
    .filter((text) => parseDocument(text).errors.length === 0)
  fc.assert(
    fc.property(written, (before) => {
      const after = patch(before).text.split('\n')
      let at = 0
      for (const line of before.split('\n')) {
        at = after.indexOf(line, at) + 1
        assert.notEqual(at, 0, `gone: ${line}`)
      }
    }),
    { numRuns: 150 },
  )
})
