import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { tmpdir } from 'node:os'
import { suite } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments } from 'yaml'

import { testWith } from '../helpers/needs.ts'
import type { Deployment, Manifest } from './manifest.ts'

/** The chart's folder. */
export const chartPath = fileURLToPath(new URL('../../charts/lastcall', import.meta.url))

/** A `test()` that needs helm. */
export const test: ReturnType<typeof testWith> = testWith('helm')

/**
 * A suite of the chart: each of its tests is one of {@link test}, so that all are counted where helm is
 * missing.
 */
export function chartSuite(title: string, body: () => void): void {
  void suite(title, body)
}

/** Values as a user writes them. */
export type Values = Readonly<Record<string, unknown>>

/** What is not a value. */
export interface RenderOptions {
  /** The cluster's version; helm's own default is the newest it knows. */
  readonly kubeVersion?: string
  readonly release?: string
  readonly namespace?: string
  /** Another chart than this one, such as a parent. */
  readonly chart?: string
  /** File with values, read before the given ones. */
  readonly file?: string
}

/** What a helm command left behind. */
export interface HelmResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs helm with nothing of the user's set-up: no kubeconfig, no plugins, no HELM_* variables. */
export function runHelm(args: readonly string[], stdin = ''): Promise<HelmResult> {
  const env = { PATH: process.env['PATH'], HOME: tmpdir() }
  return new Promise((resolve) => {
    const child = execFile('helm', [...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr })
    })
    child.stdin?.end(stdin)
  })
}

/** The image that every release needs, so that a test names only what it is about. */
export const image = { repository: 'shop', tag: '1.2.3' } as const

function renderRelease(values: Values, options: RenderOptions): Promise<HelmResult> {
  const { kubeVersion, release = 'shop', namespace = 'default', chart = chartPath, file } = options
  const args = ['template', release, chart, '--namespace', namespace]
  if (kubeVersion !== undefined) args.push('--kube-version', kubeVersion)
  if (file !== undefined) args.push('--values', file)
  const own = file === undefined && chart === chartPath ? { image, ...values } : values
  return runHelm([...args, '--values', '-'], JSON.stringify(own))
}

/** All objects of a release, in helm's order. */
export async function renderChart(
  values: Values = {},
  options: RenderOptions = {},
): Promise<readonly Manifest[]> {
  const { code, stdout, stderr } = await renderRelease(values, options)
  assert.equal(code, 0, stderr)
  return parseAllDocuments(stdout).flatMap((document) => {
    assert.deepEqual(document.errors, [])
    const manifest = document.toJS() as Manifest | null
    return manifest === null ? [] : [manifest]
  })
}

/** The Deployment of a release. */
export async function renderDeployment(
  values: Values = {},
  options: RenderOptions = {},
): Promise<Deployment> {
  return ofKind<Deployment>(await renderChart(values, options), 'Deployment')
}

/** The one object of a kind. */
export function ofKind<T extends Manifest = Manifest>(manifests: readonly Manifest[], kind: string): T {
  const found = manifests.filter((manifest) => manifest.kind === kind)
  assert.equal(found.length, 1, `wanted one ${kind}, got ${found.length}`)
  return found[0] as T
}

/** What helm says when it does not accept the values. */
export async function refusal(values: Values, options: RenderOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await renderRelease(values, options)
  assert.notEqual(code, 0, `helm accepted ${JSON.stringify(values)}`)
  assert.equal(stdout, '')
  return stderr
}

/** What `helm install` prints below the release. It knows no cluster, so it takes the newest version. */
export async function installNotes(values: Values = {}): Promise<string> {
  const args = ['install', 'shop', chartPath, '--dry-run=client', '--values', '-']
  const { code, stdout, stderr } = await runHelm(args, JSON.stringify({ image, ...values }))
  assert.equal(code, 0, stderr)
  return stdout.slice(stdout.indexOf('NOTES:\n') + 'NOTES:\n'.length)
}
