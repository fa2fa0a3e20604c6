import assert from 'node:assert/strict'
import { globSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { suite, test } from 'node:test'
import { build } from 'esbuild'
import { bundles } from '../../scripts/bundle/bundles.ts'
import { importsOf } from '../helpers/source-graph.ts'
import { installIntoEmptyFolder, packLastcall, run } from './setup.ts'

const MAX_BYTES = 5_000_000

const { folder, code, output } = installIntoEmptyFolder(packLastcall())
const home = join(folder, 'node_modules/lastcall')

const filesOf = (...patterns: readonly string[]): readonly string[] =>
  globSync(patterns, { cwd: home }).map((path) => path.replaceAll('\\', '/'))
const read = (path: string): string => readFileSync(join(home, path), 'utf8')

const isBundled = (path: string): boolean =>
  path.startsWith('dist/cli/') || bundles.some((bundle) => bundle.output === path)

suite('the package, installed into an empty folder', () => {
  test('npm adds one package', () => {
    assert.equal(code, 0, output)
    assert.match(output, /^added 1 package /m)
    const { packages } = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')) as {
      packages: object
    }
    assert.deepEqual(Object.keys(packages), ['', 'node_modules/lastcall'])
  })

  test(`it takes less than ${MAX_BYTES / 1e6} MB`, (t) => {
    const bytes = filesOf('**').reduce((sum, path) => {
      const stats = statSync(join(home, path))
      return sum + (stats.isFile() ? stats.size : 0)
    }, 0)
    t.diagnostic(`${(bytes / 1e6).toFixed(2)} MB`)
    assert.ok(bytes > 100_000)
    assert.ok(bytes < MAX_BYTES, `${bytes} bytes`)
  })

  test('dist holds the library, the bundled programs and their licences, and nothing else', () => {
    assert.deepEqual(readdirSync(join(home, 'dist')).toSorted(), [
      'THIRD-PARTY-LICENSES.txt',
      'agent.mjs',
      'cli',
      'core',
      'documents',
      'index.cjs',
      'index.d.cts',
      'index.d.ts',
      'index.js',
      'integrations',
      'node',
      'testing',
    ])
    assert.deepEqual(filesOf('dist/cli/**/*.d.ts', 'dist/cli/*/*'), [])
  })

  test('the modules of the library import Node and each other, and nothing that is bundled', () => {
    const modules = filesOf('dist/**/*.js', 'dist/**/*.d.ts').filter((path) => !isBundled(path))
    assert.ok(modules.length > 100)
    const wrong = modules.flatMap((path) =>
      importsOf(read(path)).flatMap((name) => {
        if (name.startsWith('node:')) return []
        // Its types are added to, for which they have to be named; nothing is left of that at run time.
        if (name === 'fastify' && path.endsWith('.d.ts')) return []
        const named = normalize(join(dirname(path), name)).replaceAll('\\', '/')
        const target = named.replace(/(?<!\.d)\.ts$/, '.d.ts')
        const isOwn = name.startsWith('.') && filesOf(target).length === 1 && !isBundled(target)
        return isOwn ? [] : [`${path} imports ${name}`]
      }),
    )
    assert.deepEqual(wrong, [])
  })

  test('every package that is bundled is in the file of licences, with the whole text of its own', async () => {
    const licenses = read('dist/THIRD-PARTY-LICENSES.txt')
    const { metafile } = await build({
      entryPoints: bundles.map(({ entry }) => entry),
      outdir: 'unused',
      write: false,
      bundle: true,
      platform: 'node',
      format: 'esm',
      metafile: true,
    })
    const inputs = Object.values(metafile.outputs).flatMap((file) => Object.keys(file.inputs))
    const folders = new Set(
      inputs.flatMap((path) => /^(.*node_modules\/(?:@[\w.-]+\/)?[\w.-]+)\//.exec(path)?.[1] ?? []),
    )
    assert.ok(folders.has('node_modules/commander'))
    for (const of of folders) {
      const { name, version } = JSON.parse(readFileSync(`${of}/package.json`, 'utf8')) as {
        name: string
        version: string
      }
      assert.ok(licenses.includes(`\n${name} ${version} (`), `${name} ${version}`)
      const texts = readdirSync(of).filter((file) => /licen[cs]e/i.test(file))
      assert.ok(texts.length > 0, of)
      for (const file of texts) assert.ok(licenses.includes(readFileSync(`${of}/${file}`, 'utf8').trim()), of)
    }
  })

  test('the stack of an error in the command line names the line of the source', () => {
    const broken = join(folder, 'broken.mjs')
    // The command line reads package.json for its version: so it meets this error in a line that is known.
    writeFileSync(
      broken,
      `const parse = JSON.parse
       JSON.parse = (text) => { if (text.includes('"bin"')) throw new Error('broken'); return parse(text) }`,
    )
    const args = ['--import', `file://${broken}`, 'node_modules/lastcall/dist/cli/bin.js', '--help']
    const failed = run(folder, process.execPath, args)
    const [, line = ''] = /readVersion \(.*lastcall\/src\/cli\/main\.ts:(\d+):\d+\)/.exec(failed.output) ?? []
    assert.notEqual(line, '', failed.output)
    assert.match(readFileSync('src/cli/main.ts', 'utf8').split('\n')[Number(line) - 1] ?? '', /JSON\.parse/)
  })

  test('the charts are whole, with the copy of the library that the application chart installs from', () => {
    const chartsIn = (cwd: string): readonly string[] =>
      globSync('charts/**', { cwd })
        .filter((path) => statSync(join(cwd, path)).isFile())
        .map((path) => path.replaceAll('\\', '/'))
        .toSorted()
    assert.deepEqual(chartsIn(home), chartsIn('.'))
    assert.ok(chartsIn(home).includes('charts/lastcall/charts/lastcall-lib/Chart.yaml'))
  })
})
