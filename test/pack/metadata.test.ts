import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import pkg from '../../package.json' with { type: 'json' }
import { namingFiles, placeholder, repositoryOf, withRepository } from '../../scripts/repository/fields.ts'
import { proseOf } from '../docs/pages.ts'

const node = (...args: readonly string[]) => spawnSync(process.execPath, args, { encoding: 'utf8' })

suite('the address of the repository', () => {
  test('is the same in package.json and in every chart', () => {
    const url = repositoryOf(pkg)
    assert.match(url, /^https:\/\//)
    for (const file of namingFiles()) {
      const remedy = `${file}: run: node scripts/set-repository.ts ${url}`
      assert.equal(withRepository(file, url), readFileSync(file, 'utf8'), remedy)
    }
  })

  test('comes from one variable, which changes nothing else', () => {
    const url = 'https://github.com/somebody/elsewhere'
    for (const file of namingFiles()) {
      const changed = withRepository(file, url)
      const owner = new URL(repositoryOf(pkg)).pathname.split('/')[1]?.toLowerCase()
      const undone = changed
        .replaceAll(url, repositoryOf(pkg))
        .replaceAll(/(oci:\/\/[^/]+)\/somebody\//g, `$1/${owner}/`)
      assert.equal(undone, readFileSync(file, 'utf8'), file)
      assert.ok(changed.includes(url), file)
    }
  })

  test('is refused when it is none', () => {
    for (const wrong of [
      'lastcall',
      'http://github.com/a/b',
      'https://github.com',
      'https://github.com/a/b.git',
    ]) {
      const { status, stderr } = node('scripts/set-repository.ts', wrong)
      assert.equal(status, 1, wrong)
      assert.ok(stderr.includes(`got '${wrong}', wanted one like https://`), stderr)
    }
  })

  test('keeps npm from publishing while it is the placeholder', () => {
    const { status, stderr } = node('scripts/refuse-placeholder.ts')
    const isPlaceholder = repositoryOf(pkg) === placeholder
    assert.equal(status, isPlaceholder ? 1 : 0)
    assert.equal(stderr.includes(placeholder), isPlaceholder)
    assert.equal(pkg.scripts.prepublishOnly, 'node scripts/refuse-placeholder.ts')
  })
})

// npm makes `<repository>/blob/HEAD/<path>` of a relative link, so it has to be a path from the top.
test('every link of the README works on the page of npm: a file of the repository, or a whole address', () => {
  const links = [...proseOf('README.md').matchAll(/\]\(<?([^)\s>]+)>?\)/g)].map(([, link = '']) => link)
  assert.ok(links.length > 5)
  for (const link of links.filter((one) => !/^(?:https:\/\/|#)/.test(one))) {
    assert.match(link, /^[\w-]/, link)
    assert.ok(existsSync(link.split('#')[0] ?? ''), link)
  }
})

suite('install scripts', () => {
  test('lastcall has none', () => {
    const names = ['preinstall', 'install', 'postinstall', 'prepare']
    assert.deepEqual(
      Object.keys(pkg.scripts).filter((name) => names.includes(name)),
      [],
    )
  })

  // npm 11 warns of others, and npm 12 does not run them.
  test('allowScripts decides about every package of this project that has one', () => {
    const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
      packages: Readonly<Record<string, { readonly hasInstallScript?: boolean }>>
    }
    const withScript = Object.entries(packages)
      .filter(([, { hasInstallScript }]) => hasInstallScript)
      .map(([path]) => path.replace(/^.*node_modules\//, ''))
    assert.deepEqual(withScript.toSorted(), Object.keys(pkg.allowScripts).toSorted())
  })
})
