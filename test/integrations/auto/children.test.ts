import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { suite, test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { absoluteOptions } from '../../../src/integrations/auto/node-options.ts'
import { runApp, runCommand } from './setup.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/**
 * A directory from which Node finds no lastcall, with a program that says whether it has it. Its name needs
 * quotes nearly everywhere.
 */
function elsewhere(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'lastcall else"where '))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  const child = `#!/usr/bin/env node
import { isMainThread } from 'node:worker_threads'
console.log('child', Symbol.for('lastcall.auto') in globalThis, isMainThread)
`
  writeFileSync(join(directory, 'child.mjs'), child, { mode: 0o755 })
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ scripts: { child: 'node child.mjs' } }))
  return directory
}

const PATH = `${dirname(process.execPath)}${delimiter}${process.env['PATH']}`
// npm finds its own settings.
const env = { PATH, npm_config_update_notifier: 'false' }

suite('lastcall/auto in children', { concurrency: 3 }, () => {
  for (const [kind, line] of [
    ['spawn', 'child true true'],
    ['fork', 'child true true'],
    ['shell', 'child true true'],
    ['script', 'child true true'],
    ['npm', 'child true true'],
    ['worker', 'child false false'],
    ['forkElsewhere', 'child true true'],
  ] as const) {
    for (const by of ['NODE_OPTIONS', 'the command line'] as const) {
      test(`${kind}: a child in another directory finds what ${by} names by the package`, async (t) => {
        const directory = elsewhere(t)
        const app = fileURLToPath(new URL('apps/children.mjs', import.meta.url))
        const child =
          by === 'NODE_OPTIONS'
            ? runApp(t, app, {
                args: [kind, directory],
                cwd: root,
                env: { ...env, NODE_OPTIONS: '--no-warnings --import lastcall/auto' },
              })
            : runCommand(t, [process.execPath, '--import', 'lastcall/auto', app, kind, directory], {
                cwd: root,
                withAuto: false,
                env,
              })
        assert.deepEqual(await child.exit(), { code: 0, signal: null }, child.stderr)
        // Only what a program inherits by itself: the command line of a spawned program is its own.
        const inherits = by === 'NODE_OPTIONS' || kind.startsWith('fork') || kind === 'worker'
        assert.match(child.stdout, new RegExp(`^${inherits ? line : 'child false true'}$`, 'm'))
      })
    }
  }
})

test('absoluteOptions() changes what names this copy by the working directory, and nothing else', () => {
  const file = fileURLToPath(new URL('../../../src/integrations/auto/index.ts', import.meta.url))
  const url = 'file:///opt/with%20space/auto/index.js'
  for (const [before, after] of [
    ['--import lastcall/auto', `--import ${url}`],
    ['--import=lastcall/auto', `--import=${url}`],
    ['"--import" "lastcall/auto"', `"--import" ${url}`],
    ['"--import=lastcall/auto"', `--import=${url}`],
    ['-r lastcall/auto', '-r "/opt/with space/auto/index.js"'],
    ['--require=lastcall/auto', '"--require=/opt/with space/auto/index.js"'],
    [
      '--import ./a.mjs --import lastcall/auto --no-warnings',
      `--import ./a.mjs --import ${url} --no-warnings`,
    ],
    ['--title lastcall/auto', '--title lastcall/auto'],
    [
      '--import "./with \\"space\\".mjs" --import lastcall/auto',
      `--import "./with \\"space\\".mjs" --import ${url}`,
    ],
    [`--import ${file}`, `--import ${file}`],
    ['--import lastcall/autonomy', '--import lastcall/autonomy'],
    ['--import ./missing/auto/index.js', '--import ./missing/auto/index.js'],
  ] as const) {
    assert.equal(absoluteOptions(before, url), after)
  }
})
