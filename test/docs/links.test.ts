import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { posix } from 'node:path'
import { suite, test } from 'node:test'
import pkg from '../../package.json' with { type: 'json' }
import { repositoryOf } from '../../scripts/repository/fields.ts'
import { allPages, anchorsOf, proseOf, top } from './pages.ts'

const own = `${repositoryOf(pkg)}/blob/main/`

/**
 * Targets of inline links and images, without those that leave the repository. A whole address in it becomes
 * a path from the top, with a slash in front.
 */
function linksOf(page: string): readonly string[] {
  const text = proseOf(page).replaceAll(/`[^`\n]*`/g, '')
  return [...text.matchAll(/\]\(<?([^)\s>]+)>?\)/g)]
    .map(([, target = '']) => target.replace(own, '/'))
    .filter((target) => !/^[a-z]+:/.test(target))
}

/** Why a link leads nowhere; undefined when it leads somewhere. */
function problemOf(page: string, link: string): string | undefined {
  const [path = '', anchor] = link.split('#', 2)
  const folder = path.startsWith('/') ? '' : posix.dirname(page)
  const file = path === '' ? page : posix.join(folder, path).replace(/^\//, '')
  if (!existsSync(`${top}${file}`)) return `${page}: ${link}: there is no ${file}`
  if (anchor === undefined || !file.endsWith('.md') || anchorsOf(file).has(anchor)) return undefined
  return `${page}: ${link}: ${file} has no heading for #${anchor}`
}

suite('links', () => {
  test('every link inside the repository leads to a file and a heading that exist', () => {
    const links = allPages().flatMap((page) => linksOf(page).map((link) => [page, link] as const))
    assert.ok(links.length > 50, 'found too few links')
    const problems = links.flatMap(([page, link]) => problemOf(page, link) ?? [])
    assert.deepEqual(problems, [], problems.join('\n'))
  })

  test('every page of docs is in its index', () => {
    const linked = linksOf('docs/README.md').map((link) => posix.normalize(posix.join('docs', link)))
    const missing = allPages().filter(
      (page) => page.startsWith('docs/') && page !== 'docs/README.md' && !linked.includes(page),
    )
    assert.deepEqual(missing, [])
  })
})
