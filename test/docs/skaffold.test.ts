import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { suite, test } from 'node:test'
import { parse, parseAllDocuments } from 'yaml'
import { permissionsFor } from '../../src/rollout/drivers/kubernetes/permissions.ts'
import { toRules } from '../../src/rollout/drivers/kubernetes/policy-rules.ts'
import { chartPath } from '../chart/helm.ts'
import { readPage, top } from './pages.ts'

/** The parts of skaffold.yaml that name something else of this repository. */
interface Skaffold {
  readonly build: {
    readonly artifacts: readonly [
      { readonly image: string; readonly custom: { readonly buildCommand: string } },
    ]
  }
  readonly manifests: { readonly rawYaml: readonly [string] }
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
    {
      readonly container: { readonly image: string; readonly args: readonly string[] }
      readonly executionMode: { readonly kubernetesCluster: { readonly jobManifestPath: string } }
    },
  ]
}

const skaffold = parse(readPage('skaffold.yaml')) as Skaffold
const [{ image, custom }] = skaffold.build.artifacts
const [account] = skaffold.manifests.rawYaml
const [{ container, executionMode }] = skaffold.verify

// That skaffold takes the file is seen by the e2e, which runs it.
suite('skaffold.yaml', () => {
  test('image, files, chart and release belong together', () => {
    const [release] = skaffold.deploy.helm.releases
    assert.ok(existsSync(`${top}${custom.buildCommand}`), custom.buildCommand)
    assert.equal(`${top}${release.chartPath}`, chartPath)
    assert.equal(container.image, image)
    // Templates name an artifact with everything but letters and digits as _ (skaffold.dev, "Templated
    // fields").
    const name = image.replaceAll(/[-./:]/g, '_')
    assert.deepEqual(release.setValueTemplates, {
      'image.repository': `{{.IMAGE_REPO_${name}}}`,
      'image.tag': `{{.IMAGE_TAG_${name}}}`,
    })
    assert.deepEqual(container.args.slice(0, 2), ['rollout', `deployment/${release.name}`])
  })

  test('the account of verify may do what a rollout does, and no more', () => {
    const objects = parseAllDocuments(readPage(account)).map(
      (document) => document.toJS() as { kind: string; metadata: { name: string }; rules?: unknown },
    )
    const job = parse(readPage(executionMode.kubernetesCluster.jobManifestPath)) as {
      spec: { template: { spec: { serviceAccountName: string } } }
    }
    const { serviceAccountName } = job.spec.template.spec
    for (const { kind, metadata } of objects) assert.equal(metadata.name, serviceAccountName, kind)
    const shop = { resource: 'deployments', name: 'shop' } as const
    assert.deepEqual(
      objects.find(({ kind }) => kind === 'Role')?.rules,
      toRules(
        permissionsFor(shop, { observeFrom: 'cluster', serviceAccount: undefined, trigger: 'restart' }),
      ),
    )
  })
})
