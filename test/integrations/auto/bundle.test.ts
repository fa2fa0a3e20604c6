import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { RawClient } from '../../helpers/raw-http.ts'
import { logged, portOf, runApp } from './setup.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const esbuild = join(root, 'test/contract/node_modules/esbuild/bin/esbuild')

/** Bundles a program that imports lastcall/auto first, to a place from which Node finds no package. */
function bundle(t: TestContext, app: string, options: readonly string[]): string {
  const [project, output] = [
    mkdtempSync(join(tmpdir(), 'lastcall-')),
    mkdtempSync(join(tmpdir(), 'lastcall-')),
  ]
  t.after(() => {
    for (const directory of [project, output]) rmSync(directory, { recursive: true, force: true })
  })
  mkdirSync(join(project, 'node_modules'))
  symlinkSync(root, join(project, 'node_modules/lastcall'))
  copyFileSync(fileURLToPath(new URL(`apps/${app}`, import.meta.url)), join(project, app))
  writeFileSync(join(project, 'server.mjs'), `import 'lastcall/auto'\nimport './${app}'\n`)
  // One that has nothing to do with lastcall's file of the same name.
  writeFileSync(join(output, 'coordinator.js'), 'throw new Error("loaded the wrong file")')
  const args = ['server.mjs', '--bundle', '--platform=node', '--log-level=error', `--outdir=${output}`]
  const { status, stderr } = spawnSync(esbuild, [...args, ...options], {
    cwd: project,
    encoding: 'utf8',
    timeout: 30_000,
  })
  assert.equal(status, 0, stderr)
  return output
}

suite('lastcall/auto inside a bundle', { concurrency: 2 }, () => {
  for (const [name, entry, file, options] of [
    ['an ES module', 'plain.mjs', 'server.mjs', ['--format=esm', '--out-extension:.js=.mjs']],
    ['chunks', 'plain.mjs', 'server.mjs', ['--format=esm', '--splitting', '--out-extension:.js=.mjs']],
    ['CommonJS', 'plain.cjs', 'server.cjs', ['--format=cjs', '--out-extension:.js=.cjs']],
    [
      'one that keeps the URL of the source, as webpack does',
      'plain.cjs',
      'server.cjs',
      [
        '--format=cjs',
        '--out-extension:.js=.cjs',
        '--define:import.meta.url="file:///gone/dist/integrations/auto/load-coordinator.js"',
      ],
    ],
  ] as const) {
    test(`${name}: what is in flight is answered, and what comes in the delay`, async (t) => {
      const child = runApp(t, join(bundle(t, entry, options), file), {
        withAuto: false,
        env: { LASTCALL_SHUTDOWN_DELAY: '500ms' },
      })
      const port = await portOf(child, /^listening \d+/)
      const [slow, idle] = [await RawClient.connect(port), await RawClient.connect(port)]
      slow.get('/slow')
      idle.get('/before')
      await idle.response()
      await child.line(/^slow$/)
      child.kill('SIGTERM')
      await logged(child, 'shutdownInitiated')
      idle.get('/after')
      assert.equal((await idle.response(2)).headers['connection'], 'close')
      assert.equal((await slow.response()).body, '/slow\n')
      assert.deepEqual(await child.exit(), { code: 0, signal: null })
      assert.equal(child.report().clean, true)
    })
  }
})
