/** Pods that the API server is asked about, for the tests of the policies in a cluster. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { createAdmission } from '../../e2e/policies.ts'
import { formatDuration } from '../../src/core/duration.ts'
import { type ResolvedOptions, resolveOptions } from '../../src/core/options.ts'
import type { Container, EnvVar, PodSpec } from './manifest.ts'

/** How many random pods a property asks the API server about; the same ones each time. */
export const SAMPLES = { numRuns: 100, seed: 9 }

const admit = createAdmission()

/** The pod that the API server would create. */
export async function created(pod: object): Promise<PodSpec> {
  return (await admit<{ spec: PodSpec }>(pod)).spec
}

/** What a policy says against a pod. */
export async function refused(pod: object): Promise<string> {
  const said = await admit(pod).then(() => 'created', String)
  const [, words] = /denied request: (.*)/.exec(said) ?? []
  assert.ok(words !== undefined, `not refused by a policy: ${said}`)
  return words
}

/** A container's environment by name. */
export const valuesOf = ({ env }: Pick<Container, 'env'>): Record<string, string> =>
  Object.fromEntries(env.map(({ name, value = '' }) => [name, value]))

/** The same as a container has it. */
export const envOf = (values: Readonly<Record<string, string>>): readonly EnvVar[] =>
  Object.entries(values).map(([name, value]) => ({ name, value }))

/** What lastcall itself makes of a container's environment. */
export const optionsIn = (env: Readonly<Record<string, string>>): ResolvedOptions =>
  resolveOptions({}, { KUBERNETES_SERVICE_HOST: '10.0.0.1', ...env }).options

/** A preStop hook that sleeps. */
export const sleep = (seconds: number): object => ({ preStop: { sleep: { seconds } } })

const ms = fc.oneof(
  fc.integer({ min: 0, max: 20 }).map((seconds) => seconds * 1_000),
  fc.integer({ min: 0, max: 20_000 }),
)
const written = fc.option(ms.map(formatDuration).chain((text) => fc.constantFrom(text, '0.25m', '', '0')))
/** Numbers of a pod: some of them missing, blank, or in another unit. */
export const anyPod = fc.record({
  env: fc
    .record({
      LASTCALL_PRE_STOP: written,
      LASTCALL_SHUTDOWN_DELAY: written,
      LASTCALL_DRAIN_TIMEOUT: written,
      LASTCALL_HOOKS_TIMEOUT: written,
    })
    .map((env) => Object.fromEntries(Object.entries(env).filter(([, text]) => text !== null))),
  seconds: fc.option(fc.integer({ min: 1, max: 10 })),
  grace: fc.integer({ min: 10, max: 60 }),
})

/** What {@link anyPod} adds to a container, and to the pod. */
export function pieces({ env, seconds, grace }: { env: object; seconds: number | null; grace: number }): {
  container: object
  spec: object
} {
  const hook = seconds === null ? {} : { lifecycle: sleep(seconds) }
  const container = { env: envOf(env as Record<string, string>), ...hook }
  return { container, spec: { terminationGracePeriodSeconds: grace } }
}

/** The pod with the annotation that names its server's container. */
export function annotated(pod: object, container: string): object {
  const { metadata } = pod as { metadata: object }
  return { ...pod, metadata: { ...metadata, annotations: { 'lastcall.dev/container': container } } }
}
