import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Licences of code that a package under Apache-2.0 may contain, as SPDX names them. */
const accepted: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'Unlicense',
])

const isLicenseFile = /^(?:licen[cs]e|copying|unlicense|notice)[\w-]*(?:\.(?:md|txt))?$/i

interface Manifest {
  readonly name: string
  readonly version: string
  readonly license?: unknown
}

/** The licence of one package. */
interface PackageLicense {
  /** Name and version. */
  readonly title: string
  /** What package.json says, as SPDX names it. */
  readonly license: string
  readonly text: string
  readonly problems: readonly string[]
}

/**
 * The text of the file of third-party licences: every package with its version, its licence and the whole
 * text of it.
 * @param folders of the packages
 * @throws when a package has no text of its licence, or a licence that is not known to fit; all of them in
 * one message
 */
export function renderLicenses(folders: readonly string[]): string {
  // Two copies of one version are one package.
  const packages = new Map(folders.map(readLicense).map((found) => [found.title, found]))
  const problems = [...packages.values()].flatMap((found) => found.problems)
  if (problems.length > 0) throw new Error(`these cannot be bundled:\n  - ${problems.join('\n  - ')}`)
  const sections = [...packages.values()]
    .toSorted((one, other) => (one.title < other.title ? -1 : 1))
    .map(({ title, license, text }) => `${'-'.repeat(80)}\n${title} (${license})\n\n${text}\n`)
  return `The programs of lastcall contain code of these packages. The licence of lastcall is in LICENSE.\n\n${sections.join('\n')}`
}

function readLicense(folder: string): PackageLicense {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
  const title = `${manifest.name} ${manifest.version}`
  const license = String(manifest.license)
  // NOTICE goes along with a copy of the work (Apache-2.0, section 4d).
  const files = readdirSync(folder).filter((name) => isLicenseFile.test(name))
  return {
    title,
    license,
    text: files.map((name) => readFileSync(join(folder, name), 'utf8').trim()).join('\n\n'),
    problems: [
      ...(accepted.has(license)
        ? []
        : [`${title}: its licence is ${license}, which is not in the list of scripts/bundle/licenses.ts`]),
      ...(files.some((name) => !/^notice/i.test(name))
        ? []
        : [`${title}: ${folder} has no file with the text of its licence`]),
    ],
  }
}
