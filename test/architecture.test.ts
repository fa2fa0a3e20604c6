import assert from 'node:assert/strict'
import { test } from 'node:test'
import { importsOf, readEntries, readSource, readSources, type SourceFile } from './helpers/source-graph.ts'

const MAX_LINES = 220

/** What each folder of `src` may import besides itself. Nothing is imported from a folder further down. */
const layers: Readonly<Record<string, readonly string[]>> = {
  core: [],
  node: ['core'],
  integrations: ['core', 'node'],
  process: ['core'],
  supervisor: ['core', 'process'],
  // For the tests of users: a lifecycle with another process around it.
  testing: ['core', 'node'],
  load: ['core'],
  rollout: ['core', 'load', 'process'],
  kube: ['core'],
  report: ['core', 'load', 'rollout', 'kube'],
  cli: ['kube', 'core', 'node', 'load', 'rollout', 'report', 'supervisor'],
  // The files of `src` itself: entry points that only export.
  '': ['core', 'node'],
}

/** The same within `src/node`. Its types are public, and used everywhere. */
const nodeLayers: Readonly<Record<string, readonly string[]>> = {
  guard: [],
  host: ['guard'],
  probes: ['guard'],
  streams: ['guard'],
  drain: ['guard'],
  supervised: ['guard', 'host', 'drain'],
  lifecycle: ['guard', 'host', 'probes', 'streams', 'drain', 'supervised'],
}

const cliPackages = ['commander', 'picocolors', 'log-update', 'cli-table3', 'yaml']
/** What a folder needs beside Node; the load engine a parser of HTTP, and the WebSocket protocol. */
const layerPackages = { cli: cliPackages, report: cliPackages, load: ['undici', 'ws'], kube: ['yaml'] }
const peers: Readonly<Record<string, readonly string[]>> = {
  fastify: ['fastify'],
  'prom-client': ['prom-client'],
  kubernetes: ['@kubernetes/client-node'],
  terminus: ['@godaddy/terminus'],
  // By its form only, so that no version of it is in anybody's way.
  opentelemetry: [],
}

const sources = readSources('src')
const byPath = new Map(sources.map((file) => [file.path, file]))

const layerOf = (path: string): string => /^src\/([^/]+)\//.exec(path)?.[1] ?? ''
const integrationOf = (path: string): string =>
  /^src\/integrations\/([^/]+?)(?:\.ts)?(?:\/|$)/.exec(path)?.[1] ?? ''

/** What is wrong with one import between two files, in words. */
function wrongDirection(from: string, to: string): readonly string[] {
  const [source, target] = [layerOf(from), layerOf(to)]
  if (source === target) {
    return integrationOf(from) === integrationOf(to) ? [] : [`${from} imports its sibling ${to}`]
  }
  return layers[source]?.includes(target) ? [] : [`${from} imports ${to}`]
}

const nodeLayerOf = (path: string): string => /^src\/node\/([^/]+)\//.exec(path)?.[1] ?? ''

/** Imports within `src/node` against the order of its folders. */
function wrongWithinNode({ path, files }: SourceFile): readonly string[] {
  const source = nodeLayerOf(path)
  const targets = files.filter((file) => nodeLayerOf(file) !== '' && nodeLayerOf(file) !== source)
  return targets
    .filter((target) => nodeLayers[source]?.includes(nodeLayerOf(target)) === false)
    .map((target) => `${path} imports ${target}`)
}

/** Packages that a file may name. */
function allowedPackages(file: SourceFile): readonly string[] {
  const layer = layerOf(file.path)
  if (layer === 'integrations') return peers[integrationOf(file.path)] ?? []
  // Only here, so that the agent, which needs none of it, stays small.
  if (file.path === 'src/rollout/drivers/kubernetes/api/kubeconfig.ts') return ['@kubernetes/client-node']
  return Object.entries(layerPackages).find(([name]) => name === layer)?.[1] ?? []
}

test('importsOf() sees every way in which a module is named', () => {
  const text = `import { a } from 'one'
import type { B } from "two"
import 'three'
export * from 'four'
export { c,
  d } from 'five'
const x = await import('six')
type Y = import('seven').Y
const z = createRequire(import.meta.url)('none')
require('eight')
import.meta.resolve('nine')
// from 'not this one'`
  const seen = importsOf(text)
  assert.deepEqual(seen, ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'])
})

test('every folder of src has its place in the order', () => {
  assert.ok(sources.length > 20)
  const unknown = sources.map((file) => layerOf(file.path)).filter((layer) => !(layer in layers))
  assert.deepEqual([...new Set(unknown)], [])
})

test('imports between the folders of src go one way, and integrations do not know each other', () => {
  const wrong = sources.flatMap((file) => file.files.flatMap((target) => wrongDirection(file.path, target)))
  assert.deepEqual(wrong, [])
})

test('imports between the folders of src/node go one way', () => {
  const inNode = sources.filter(({ path }) => nodeLayerOf(path) !== '')
  assert.deepEqual(new Set(inNode.map(({ path }) => nodeLayerOf(path))), new Set(Object.keys(nodeLayers)))
  assert.deepEqual(inNode.flatMap(wrongWithinNode), [])
})

test('a run knows no driver, and drivers do not know each other', () => {
  const driverOf = (path: string): string | undefined => /^src\/rollout\/drivers\/([^/]+)\//.exec(path)?.[1]
  // What drivers share, only drivers use.
  const mayUse = (path: string, target: string): boolean =>
    [undefined, driverOf(path), driverOf(path) && 'shared'].includes(driverOf(target))
  const wrong = sources
    .filter(({ path }) => layerOf(path) === 'rollout')
    .flatMap(({ path, files }) =>
      files.filter((target) => !mayUse(path, target)).map((target) => `${path} imports ${target}`),
    )
  assert.deepEqual(wrong, [])
})

test('every import of src names a file of src, with its extension', () => {
  const missing = sources.flatMap((file) => file.files.filter((target) => !byPath.has(target)))
  assert.deepEqual(missing, [])
})

test('core is pure: it names no package and no module of Node', () => {
  const impure = sources.filter((file) => layerOf(file.path) === 'core' && file.packages.length > 0)
  assert.deepEqual(
    impure.map(({ path, packages }) => [path, packages]),
    [],
  )
})

test('packages appear only where they belong, in types as well', () => {
  const wrong = sources.flatMap((file) =>
    file.packages
      .filter((name) => !name.startsWith('node:') && !allowedPackages(file).includes(name))
      .map((name) => `${file.path} imports ${name}`),
  )
  assert.deepEqual(wrong, [])
})

test('no two files of src import each other, not even by way of others', () => {
  const done = new Set<string>()
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path))
      assert.fail(`cycle: ${[...trail.slice(trail.indexOf(path)), path].join(' -> ')}`)
    if (done.has(path)) return
    for (const next of byPath.get(path)?.files ?? []) visit(next, [...trail, path])
    done.add(path)
  }
  for (const { path } of sources) visit(path, [])
})

/** Everything that an entry point reaches, types included. */
function reach(path: string, seen: Set<string> = new Set()): ReadonlySet<string> {
  if (!seen.has(path)) {
    seen.add(path)
    for (const next of readSource(path).files) reach(next, seen)
  }
  return seen
}

// Nothing of `lastcall/documents` runs: the build makes one file of types from it.
for (const { subpath, source } of readEntries().filter((entry) => entry.subpath !== './documents')) {
  test(`what lastcall${subpath.slice(1)} reaches needs Node and at most its own peer`, () => {
    const own = peers[integrationOf(source)] ?? []
    const foreign = [...reach(source)].flatMap((path) =>
      (byPath.get(path)?.packages ?? [])
        .filter((name) => !name.startsWith('node:') && !own.includes(name))
        .map((name) => `${path} imports ${name}`),
    )
    assert.deepEqual(foreign, [])
    const layersReached = new Set([...reach(source)].map(layerOf))
    for (const layer of ['cli', 'kube', 'load', 'process', 'rollout', 'report', 'supervisor'])
      assert.ok(!layersReached.has(layer), layer)
  })
}

test('signals, exit, environment, output and channel of the process are touched in two files of core and node only', () => {
  const touching = sources
    .filter((file) => ['core', 'node'].includes(layerOf(file.path)))
    .filter((file) =>
      /(?<!\/|\bhost\.)\bprocess\.(?!nextTick\b|pid\b|platform\b)/.test(
        file.text.replace(/\/\*[^]*?\*\/|\/\/.*/g, ''),
      ),
    )
  assert.deepEqual(
    touching.map(({ path }) => path),
    ['src/node/host/process.ts', 'src/node/supervised/channel.ts'],
  )
})

test('no list is spread into the arguments of a call: 125,000 of them overflow the stack', () => {
  const spread = /\.(?:push|unshift|splice|fromCharCode|max|min)\([^(){}[\]]*\.\.\./
  for (const text of ['a.push(...b)', 'a.push(\n  ...b.map(c),\n)', 'Math.max(0, ...b)'])
    assert.match(text, spread)
  const spreading = sources.filter(({ text }) => spread.test(text))
  assert.deepEqual(
    spreading.map(({ path }) => path),
    [],
  )
})

test(`no file has more than ${MAX_LINES} lines`, () => {
  const long = readSources('src', 'test', 'e2e', 'scripts', 'bench')
    .map(({ path, text }) => [path, text.trimEnd().split('\n').length] as const)
    .filter(([, lines]) => lines > MAX_LINES)
  assert.deepEqual(long, [])
})
