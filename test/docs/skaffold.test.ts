import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { suite, test } from 'node:test'
import { parse } from 'yaml'
import { chartPath } from '../chart/helm.ts'
import { readPage, top } from './pages.ts'

/** One object of the schema: fields that must be there, and the kinds of those that we use. */
interface Shape {
  readonly required: readonly string[]
  readonly fields: Readonly<Record<string, Kind>>
}

type Kind = 'string' | 'boolean' | 'integer' | 'strings' | 'map' | Shape | readonly [Shape]

/*
 * What the schema asks of the objects that we use, and no more: GoogleContainerTools/skaffold, docs-v2/content/en/schemas/v4beta14.json
 * at fc9e94b. The definition's name stands at each shape. All of them but Artifact and BuildConfig (one of several) and
 * VerifyExecutionModeConfig say `additionalProperties: false`, and those list our fields together in one of their alternatives.
 */
const hostHook: Shape = {
  required: ['command'],
  fields: { command: 'strings', os: 'strings', dir: 'string' },
} // HostHook
const buildHooks: Shape = { required: [], fields: { before: [hostHook], after: [hostHook] } } // BuildHooks
const docker: Shape = { required: [], fields: { dockerfile: 'string' } } // DockerArtifact
const artifact: Shape = {
  required: ['image'],
  fields: { image: 'string', context: 'string', hooks: buildHooks, docker },
} // Artifact
const local: Shape = { required: [], fields: { push: 'boolean' } } // LocalBuild
const build: Shape = { required: [], fields: { artifacts: [artifact], local } } // BuildConfig
const release: Shape = {
  required: ['name'],
  fields: { name: 'string', chartPath: 'string', setValueTemplates: 'map', wait: 'boolean' },
} // HelmRelease
const helm: Shape = { required: [], fields: { releases: [release] } } // LegacyHelmDeploy
const deploy: Shape = { required: [], fields: { helm } } // DeployConfig
const container: Shape = {
  required: ['name', 'image'],
  fields: { name: 'string', image: 'string', command: 'strings', args: 'strings' },
} // VerifyContainer
const cluster: Shape = { required: [], fields: { jobManifestPath: 'string', overrides: 'string' } } // KubernetesClusterVerifier
const executionMode: Shape = { required: [], fields: { kubernetesCluster: cluster } } // VerifyExecutionModeConfig
const verify: Shape = {
  required: ['name', 'container'],
  fields: { name: 'string', timeout: 'integer', container, executionMode },
} // VerifyTestCase
const config: Shape = {
  required: ['apiVersion', 'kind'],
  fields: {
    apiVersion: 'string',
    kind: 'string',
    metadata: { required: [], fields: { name: 'string' } }, // Metadata
    build,
    deploy,
    verify: [verify],
  },
} // SkaffoldConfig

/** What does not fit, each with its path. */
function problemsOf(value: unknown, kind: Kind, path: string): readonly string[] {
  const is = (fits: boolean, wanted: string): readonly string[] =>
    fits ? [] : [`${path} is ${JSON.stringify(value)}, wanted ${wanted}`]
  if (kind === 'integer') return is(Number.isInteger(value), kind)
  if (kind === 'string' || kind === 'boolean') return is(typeof value === kind, kind)
  if (kind === 'strings')
    return is(Array.isArray(value) && value.every((item) => typeof item === 'string'), 'a list of strings')
  if (Array.isArray(kind)) {
    if (!Array.isArray(value)) return is(false, 'a list')
    const [item] = kind as readonly [Shape]
    return value.flatMap((entry, index) => problemsOf(entry, item, `${path}[${index}]`))
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return is(false, 'an object')
  if (kind === 'map')
    return is(
      Object.values(value).every((item) => typeof item === 'string'),
      'texts only',
    )
  const { required, fields } = kind as Shape
  const missing = required.filter((name) => !(name in value)).map((name) => `${path}.${name} is missing`)
  const others = Object.entries(value).flatMap(([name, entry]) => {
    const inner = fields[name]
    return inner
      ? problemsOf(entry, inner, `${path}.${name}`)
      : [`${path}.${name} is not in the list of fields`]
  })
  return [...missing, ...others]
}

interface Skaffold {
  readonly apiVersion: string
  readonly kind: string
  readonly build: { readonly artifacts: readonly [{ readonly image: string; readonly context: string }] }
  readonly deploy: {
    readonly helm: {
      readonly releases: readonly [
        {
          readonly name: string
          readonly chartPath: string
          readonly setValueTemplates: Readonly<Record<string, string>>
        },
      ]
    }
  }
  readonly verify: readonly [
    { readonly container: { readonly image: string; readonly args: readonly string[] } },
  ]
}

const text = readPage('skaffold.yaml')
const skaffold = parse(text) as Skaffold

suite('skaffold.yaml', () => {
  test('every field is one that the schema has, of its type, and none that it requires is missing', () => {
    assert.deepEqual(problemsOf(skaffold, config, 'skaffold'), [])
    assert.deepEqual([skaffold.apiVersion, skaffold.kind], ['skaffold/v4beta14', 'Config'])
  })

  test('the check sees a missing field, an unknown one and one of a wrong type', () => {
    const broken = {
      ...skaffold,
      kind: 1,
      builds: {},
      verify: [{ name: 'load', timeout: '2m', container: { name: 'x' } }],
    }
    assert.deepEqual(problemsOf(broken, config, 'skaffold'), [
      'skaffold.kind is 1, wanted string',
      'skaffold.verify[0].timeout is "2m", wanted integer',
      'skaffold.verify[0].container.image is missing',
      'skaffold.builds is not in the list of fields',
    ])
  })

  test('image, folders, chart and Service belong together', () => {
    const [{ image, context }] = skaffold.build.artifacts
    const [release] = skaffold.deploy.helm.releases
    const [{ container: load }] = skaffold.verify
    assert.ok(existsSync(`${top}${context}/Dockerfile`), context)
    assert.equal(`${top}${release.chartPath}`, chartPath)
    assert.equal(load.image, image)
    // Templates name an artifact with everything but letters and digits as _ (skaffold.dev, "Templated fields").
    const name = image.replaceAll(/[-./:]/g, '_')
    assert.deepEqual(release.setValueTemplates, {
      'image.repository': `{{.IMAGE_REPO_${name}}}`,
      'image.tag': `{{.IMAGE_TAG_${name}}}`,
    })
    assert.equal(load.args[load.args.indexOf('--url') + 1], `http://${release.name}`)
  })
})
