import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** One source file and what it names in its imports. */
export interface SourceFile {
  /** From the root of the repository, with forward slashes. */
  readonly path: string
  readonly text: string
  /** Files of the repository. */
  readonly files: readonly string[]
  /** Packages and `node:` modules, without what follows the package's name. */
  readonly packages: readonly string[]
}

// Types count: `import type`, `export … from`, `import('x').Y` and what is only resolved are dependencies as
// well.
const importing =
  /(?:^|\n)\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]|\b(?:import|require|(?:meta|require)\.resolve)\s*\(\s*['"]([^'"]+)['"]/g

const packageName = (specifier: string): string =>
  specifier.startsWith('node:')
    ? specifier
    : specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/')

/** What a module's text imports, whichever way. */
export function importsOf(text: string): readonly string[] {
  return [...text.matchAll(importing)].map((match) => match[1] ?? match[2] ?? match[3] ?? '')
}

/** Reads a source file. Its path is from the root of the repository. */
export function readSource(path: string): SourceFile {
  const text = readFileSync(join(root, path), 'utf8')
  const specifiers = importsOf(text)
  const relative = specifiers.filter((specifier) => specifier.startsWith('.'))
  return {
    path,
    text,
    files: relative.map((specifier) => normalize(join(dirname(path), specifier)).replaceAll('\\', '/')),
    packages: specifiers.filter((specifier) => !specifier.startsWith('.')).map(packageName),
  }
}

/** All TypeScript files of these folders. */
export function readSources(...folders: readonly string[]): readonly SourceFile[] {
  return folders
    .flatMap((folder) => globSync(`${folder}/**/*.ts`, { cwd: root, exclude: ['**/node_modules'] }))
    .map((path) => path.replaceAll('\\', '/'))
    .toSorted()
    .map(readSource)
}

/** An entry point of the package and the source it is built from. */
export interface Entry {
  readonly subpath: string
  readonly source: string
}

/** The entry points that package.json exports, without its JSON files. */
export function readEntries(): readonly Entry[] {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    exports: Record<string, string | { default: string }>
  }
  return Object.entries(manifest.exports).flatMap(([subpath, target]) => {
    if (typeof target === 'string') return []
    const source = target.default.replace('./dist/', 'src/').replace(/\.js$/, '.ts')
    // The build makes this one from the schemas, and the schemas from these types.
    return [{ subpath, source: subpath === './documents' ? 'src/report/documents.ts' : source }]
  })
}
