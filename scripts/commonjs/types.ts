import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A value that an entry point exports. */
export interface ExportedValue {
  readonly name: string
  /** A class is a type as well. */
  readonly isClass: boolean
}

/** The values that the declarations of an entry point pass on; its types need no names. */
export function namesOf(file: string): readonly ExportedValue[] {
  const text = readFileSync(file, 'utf8')
  return [...text.matchAll(/^export \{([^}]*)\} from '([^']+)'/gm)].flatMap(([, names = '', from = '']) => {
    const declared = readFileSync(join(dirname(file), from.replace(/\.ts$/, '.d.ts')), 'utf8')
    return names
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '' && !name.startsWith('type '))
      .map((name) => ({ name, isClass: declared.includes(`class ${name} `) }))
  })
}

// The one form in which a CommonJS declaration may name an ES module (TypeScript 5.3, "resolution-mode").
const attributes = "with: { 'resolution-mode': 'import' }"
const module = `import('./index.js', { ${attributes} })`

/**
 * The declarations for `require()`. They name those for `import`, so that both have the same types. Values
 * are declared one by one: passing them on is an error in CommonJS (TS1479).
 */
export function commonJsTypes(values: readonly ExportedValue[]): string {
  const lines = values.flatMap(({ name, isClass }) => [
    `export declare const ${name}: typeof ${module}.${name}`,
    ...(isClass ? [`export type ${name} = ${module}.${name}`] : []),
  ])
  const types = `export type * from './index.js' with { 'resolution-mode': 'import' }`
  return `${[types, ...lines].join('\n')}\n`
}
