import { globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Column } from './columns.ts'
import type { Footprint } from './results.ts'

const here = fileURLToPath(new URL('.', import.meta.url))
const top = fileURLToPath(new URL('../..', import.meta.url))

interface Installed {
  readonly version: string
  readonly dependencies?: Readonly<Record<string, string>>
}

interface Lock {
  readonly packages: Readonly<Record<string, Installed>>
}

interface Manifest extends Installed {
  readonly files: readonly string[]
}

const readJson = <T>(file: string): T => JSON.parse(readFileSync(file, 'utf8')) as T

/** Version of one of the packages that are installed here. */
export function versionOf(name: string): string {
  return (
    readJson<Lock>(join(here, 'package-lock.json')).packages[`node_modules/${name}`]?.version ?? 'unknown'
  )
}

/** What a column's package adds to an application: to its disk, and to its source. */
export function footprintOf({ adapter, packageName }: Column): Footprint {
  const lines = setUpLines(readFileSync(join(here, 'adapters', `${adapter}.mjs`), 'utf8'))
  if (packageName === null) return { version: null, bytes: 0, packages: 0, lines }
  if (packageName === 'lastcall') return { ...ownFootprint(), lines }
  const folders = closureOf(here, [`node_modules/${packageName}`])
  return {
    version: versionOf(packageName),
    bytes: sum(folders.map((folder) => bytesIn(join(here, folder)))),
    packages: folders.length,
    lines,
  }
}

/** What `npm pack` takes, and what is installed with it. */
function ownFootprint(): Omit<Footprint, 'lines'> {
  const manifest = readJson<Manifest>(join(top, 'package.json'))
  const files = [...manifest.files, 'package.json', 'README.md', 'LICENSE']
  const dependencies = Object.keys(manifest.dependencies ?? {}).map((name) => `node_modules/${name}`)
  const folders = closureOf(top, dependencies)
  const own = sum(files.map((file) => bytesIn(join(top, file))))
  return {
    version: manifest.version,
    bytes: own + sum(folders.map((folder) => bytesIn(join(top, folder)))),
    packages: folders.length + 1,
  }
}

/** These packages and all that they depend on, found the way Node finds them. */
function closureOf(root: string, first: readonly string[]): readonly string[] {
  const { packages } = readJson<Lock>(join(root, 'package-lock.json'))
  const found = new Set<string>()
  const add = (folder: string): void => {
    if (found.has(folder)) return
    found.add(folder)
    for (const name of Object.keys(packages[folder]?.dependencies ?? {})) {
      const nested = `${folder}/node_modules/${name}`
      add(nested in packages ? nested : `node_modules/${name}`)
    }
  }
  for (const folder of first) add(folder)
  return [...found]
}

function bytesIn(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found?.isDirectory()) return found?.size ?? 0
  const files = globSync('**/*', { cwd: path, exclude: (name) => name === 'node_modules' })
  return sum(
    files.map((file) => statSync(join(path, file))).map((stats) => (stats.isFile() ? stats.size : 0)),
  )
}

/** Lines that an application would have: without blanks, comments and what makes the file an adapter. */
function setUpLines(source: string): number {
  return source.split('\n').filter((line) => !/^(export|\}|\s*\/\/|\s*$)|streamEvents/.test(line)).length
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
