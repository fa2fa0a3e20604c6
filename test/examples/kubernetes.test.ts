import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { parseAllDocuments } from 'yaml'
import { imageOf } from '../../e2e/images.ts'

/** The parts of the manifests that have to agree. */
interface Deployment {
  readonly kind: 'Deployment'
  readonly spec: {
    readonly template: {
      readonly metadata: { readonly labels: object }
      readonly spec: { readonly containers: readonly [{ readonly image: string }] }
    }
  }
}

interface Service {
  readonly kind: 'Service'
  readonly spec: { readonly selector: object }
}

function readManifests(path: string): readonly [Deployment, Service] {
  const documents = parseAllDocuments(readFileSync(path, 'utf8'))
  return documents.map((document) => document.toJS() as unknown) as [Deployment, Service]
}

suite('the manifests of servers that are not installed by the chart', () => {
  for (const [path, image] of [
    ['examples/go/kubernetes.yaml', 'go'],
    ['examples/nginx/kubernetes.yaml', 'nginx'],
    ['test/rollout/drivers/kubernetes/stuck.yaml', 'fastify'],
  ] as const) {
    test(`${path} names the image that is built, and its Service finds its pods`, () => {
      const [deployment, service] = readManifests(path)
      assert.deepEqual([deployment.kind, service.kind], ['Deployment', 'Service'])
      const { metadata, spec } = deployment.spec.template
      assert.equal(spec.containers[0].image, imageOf(image))
      assert.deepEqual(service.spec.selector, metadata.labels)
    })
  }

  for (const image of ['go', 'nginx'] as const) {
    test(`examples/${image}/build.sh builds that image`, () => {
      const script = readFileSync(`examples/${image}/build.sh`, 'utf8')
      assert.match(script, new RegExp(`docker build --tag "\\$\\{1:-${imageOf(image)}\\}"`))
    })
  }
})
