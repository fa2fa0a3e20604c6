import { globSync, readFileSync } from 'node:fs'
import { parseDocument } from 'yaml'

/** Stands for the repository until there is one. */
export const placeholder = 'https://github.com/OWNER/lastcall'

/** The package and the charts, which name the repository. */
export const namingFiles = (): readonly string[] => ['package.json', ...globSync('charts/*/Chart.yaml')]

/** A file with the fields that name the repository, all made from one address. Nothing else of it changes. */
export function withRepository(file: string, url: string): string {
  const text = readFileSync(file, 'utf8')
  if (file === 'package.json') {
    const manifest = JSON.parse(text) as object
    const named = {
      ...manifest,
      homepage: `${url}#readme`,
      bugs: { url: `${url}/issues` },
      repository: { type: 'git', url: `git+${url}.git` },
    }
    return `${JSON.stringify(named, undefined, 2)}\n`
  }
  // Icon and links are below the address of the repository.
  const former = (parseDocument(text).toJS() as { home: string }).home
  const chart = parseDocument(text.replaceAll(former, url))
  chart.set('home', url)
  chart.set('sources', [url])
  return chart.toString({ lineWidth: 0 })
}

/** The address that package.json names. */
export function repositoryOf(manifest: { readonly repository: { readonly url: string } }): string {
  return manifest.repository.url.replace(/^git\+/, '').replace(/\.git$/, '')
}
