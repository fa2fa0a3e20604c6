import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dirname, join } from 'node:path'
import pkg from '../package.json' with { type: 'json' }
import { readEntries, readSource } from './helpers/source-graph.ts'

interface Surface {
  readonly values: readonly string[]
  readonly types: readonly string[]
}

/** All that users can import. A change here is a change of the public API: it belongs in the changelog. */
const golden: Readonly<Record<string, Surface>> = {
  '.': {
    values: ['LastcallError', 'createLifecycle', 'drainWorkers', 'eventStream', 'listen'],
    types: [
      'AnyResponse',
      'Check',
      'CheckOptions',
      'EarlyExit',
      'EndpointAnswer',
      'ErrorCode',
      'EventFields',
      'EventName',
      'EventStream',
      'EventStreamOptions',
      'ForcedClose',
      'Hold',
      'HookOptions',
      'HookResult',
      'InFlightKind',
      'Lifecycle',
      'LifecycleEvent',
      'LifecycleOptions',
      'ListenOptions',
      'Logger',
      'ObservedEvent',
      'Report',
      'ReportedEvent',
      'ResolvedOptions',
      'ServableServer',
      'ServeOptions',
      'ServerSnapshot',
      'SignalName',
      'Snapshot',
      'StateName',
      'StopHook',
      'UncaughtError',
      'UncaughtKind',
      'WorkerStop',
    ],
  },
  './fastify': { values: ['lastcall'], types: ['FastifyApp', 'LastcallOptions', 'LastcallPlugin'] },
  './prom-client': { values: ['collectMetrics'], types: ['CollectOptions', 'MetricsRegistry'] },
  './terminus': {
    values: ['HealthCheckError', 'createTerminus', 'terminusOptions'],
    types: [
      'HealthCheck',
      'HealthCheckMap',
      'PeerOptions',
      'PeerOverrides',
      'Terminus',
      'TerminusOptions',
      'TerminusState',
    ],
  },
  './opentelemetry': {
    values: ['observeMetrics'],
    types: ['InstrumentOptions', 'MetricAttributes', 'MetricsMeter', 'MetricsResult', 'ObserveOptions'],
  },
  // Acts when it is imported; that is what it is for.
  './auto': { values: [], types: [] },
  './testing': {
    values: ['createTestLifecycle', 'recordEvents'],
    types: ['EventRecording', 'Interception', 'LogLine', 'ManualClock', 'TestLifecycle'],
  },
  './documents': {
    values: [],
    types: [
      'BeforeAfterDocument',
      'KubeCheckDocument',
      'LoadDocument',
      'RehearsalDocument',
      'Report',
      'RolloutDocument',
      'SupervisorStatus',
    ],
  },
}

interface Export {
  readonly name: string
  readonly isType: boolean
  /** File it is exported from, from the root of the repository. */
  readonly from: string
}

const actsOnImport = 'src/integrations/auto/index.ts'

/**
 * The exports of an entry point, which may only be `export { … } from`: everything else would hide something
 * from this test.
 */
function exportsOf(path: string): readonly Export[] {
  if (path === actsOnImport) return []
  const code = readSource(path).text.replace(/\/\*[^]*?\*\/|\/\/.*/g, '')
  const found: Export[] = []
  const rest = code.replace(
    /export (type )?\{([^}]*)\} from '([^']+)'/g,
    (_, type, names: string, specifier: string) => {
      for (const item of names.split(',').map((text) => text.trim())) {
        if (item === '') continue
        const isType = type !== undefined || item.startsWith('type ')
        found.push({ name: item.replace(/^type /, ''), isType, from: join(dirname(path), specifier) })
      }
      return ''
    },
  )
  assert.equal(rest.trim(), '', `${path} does something else than export`)
  return found
}

/** Whether a declaration has a docstring right above it, in this file or where this file has it from. */
function isDocumented({ name, from }: Export): boolean {
  const { text } = readSource(from)
  const declared = new RegExp(
    `(\\*/\\n)?export (?:abstract )?(?:async )?(?:function|class|interface|type|const) ${name}\\b`,
  ).exec(text)
  if (declared) return declared[1] !== undefined
  const passedOn = new RegExp(`export (?:type )?\\{[^}]*\\b${name}\\b[^}]*\\} from '([^']+)'`).exec(text)
  assert.ok(passedOn, `${name} is declared in ${from}`)
  return isDocumented({ name, isType: false, from: join(dirname(from), passedOn[1]!) })
}

const entries = readEntries()

test('the entry points are those that are documented', () => {
  assert.deepEqual(
    entries.map(({ subpath }) => subpath),
    Object.keys(golden),
  )
})

test('compilers that do not read exports find the same types', () => {
  const { exports, main, types, typesVersions } = pkg
  assert.deepEqual([main, types], [exports['.'].require.default, exports['.'].types])
  const others = Object.entries(exports).flatMap(([subpath, target]) =>
    typeof target === 'string' || subpath === '.' ? [] : [[subpath.slice(2), [target.types]]],
  )
  assert.deepEqual(typesVersions['*'], Object.fromEntries(others))
})

for (const { subpath, source } of entries) {
  test(`lastcall${subpath.slice(1)} exports exactly what it promises`, async () => {
    const names = (types: boolean): readonly string[] =>
      exportsOf(source)
        .filter(({ isType }) => isType === types)
        .map(({ name }) => name)
        .toSorted()
    assert.deepEqual({ values: names(false), types: names(true) }, golden[subpath])
    const module = (await import(new URL(`../${source}`, import.meta.url).href)) as object
    assert.deepEqual(Object.keys(module).toSorted(), golden[subpath]!.values, 'and so it is at run time')
  })

  test(`every export of lastcall${subpath.slice(1)} has a docstring`, () => {
    const bare = exportsOf(source).filter((item) => !isDocumented(item))
    assert.deepEqual(
      bare.map(({ name }) => name),
      [],
    )
  })
}
