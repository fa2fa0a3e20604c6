import assert from 'node:assert/strict'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments } from 'yaml'
import { testWith } from '../helpers/needs.ts'

const test = testWith('helm')
const top = fileURLToPath(new URL('../..', import.meta.url))

const hook = `apiVersion: v1
kind: Pod
metadata:
  name: shop-test
  annotations: {helm.sh/hook: test}
spec:
  containers: [{name: test, image: shop:1}]
`

/** A folder with a chart of a bare Deployment and a test, and with the plugin of the guide. */
function prepare(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'lastcall-test-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const plugin = {
    apiVersion: 'v1',
    type: 'postrenderer/v1',
    name: 'lastcall-kube-patch',
    version: '0.1.0',
    runtime: 'subprocess',
    runtimeConfig: {
      platformCommand: [{ command: process.execPath, args: [join(top, 'src/cli/bin.ts'), 'kube', 'patch'] }],
    },
  }
  mkdirSync(join(folder, 'plugins/lastcall-kube-patch'), { recursive: true })
  writeFileSync(join(folder, 'plugins/lastcall-kube-patch/plugin.yaml'), JSON.stringify(plugin))
  mkdirSync(join(folder, 'chart/templates'), { recursive: true })
  writeFileSync(join(folder, 'chart/Chart.yaml'), 'apiVersion: v2\nname: shop\nversion: 1.0.0\n')
  cpSync(join(top, 'examples/express/bare.yaml'), join(folder, 'chart/templates/shop.yaml'))
  writeFileSync(join(folder, 'chart/templates/hook.yaml'), hook)
  return folder
}

test('it is a post-renderer of Helm, which hands on its flags; hooks are left alone', (t) => {
  const folder = prepare(t)
  const flags = ['--auto', '--drain-timeout=20s'].flatMap((flag) => ['--post-renderer-args', flag])
  const { status, stdout, stderr } = spawnSync(
    'helm',
    ['template', 'shop', 'chart', '--post-renderer', 'lastcall-kube-patch', ...flags],
    { cwd: folder, encoding: 'utf8', env: { ...process.env, HELM_PLUGINS: join(folder, 'plugins') } },
  )
  assert.equal(status, 0, stderr)
  const objects = parseAllDocuments(stdout).map((one) => one.toJS() as Record<string, never> | null)
  const find = (kind: string): unknown => objects.find((one) => one?.['kind'] === kind)
  const { spec } = (find('Deployment') as { spec: { template: { spec: Record<string, unknown> } } }).spec
    .template
  assert.equal(spec['terminationGracePeriodSeconds'], 35)
  assert.match(JSON.stringify(spec), /"--import lastcall\/auto"/)
  const pod = find('Pod') as { spec: object }
  assert.deepEqual(pod.spec, { containers: [{ name: 'test', image: 'shop:1' }] })
})
