import { globSync, readFileSync } from 'node:fs'
import { parseDocument } from 'yaml'

/** Stands for the repository until there is one. */
export const placeholder = 'https://github.com/OWNER/lastcall'

/** The package and the charts with their READMEs, which name the repository. */
export const namingFiles = (): readonly string[] => [
  'package.json',
  ...globSync('charts/*/Chart.yaml'),
  ...globSync('charts/*/README.md'),
]

/**
 * A file with what names the repository, all made from one address. Nothing else of it changes.
 * @param registry host of the OCI registry that has the charts; the one that the file names by default
 */
export function withRepository(file: string, url: string, registry?: string): string {
  const text = readFileSync(file, 'utf8')
  // A packaged chart has no docs beside it, so its README has whole addresses.
  if (file.endsWith('.md')) {
    const owner = new URL(url).pathname.split('/')[1]?.toLowerCase()
    return text
      .replaceAll(/https:\/\/[^\s)]+(?=\/blob\/main\/)/g, url)
      .replaceAll(
        /oci:\/\/([^/\s]+)\/[^/\s]+(?=\/charts)/g,
        (_, host: string) => `oci://${registry ?? host}/${owner}`,
      )
  }
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
