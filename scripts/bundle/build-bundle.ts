import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { parse } from 'node:path'
import { build, type BuildOptions, type Metafile, transform } from 'esbuild'
import { builtinModules } from './builtin-modules.ts'
import { bytesOfUndici } from './bytes-of-undici.ts'
import { packageFolder } from './package-folder.ts'
import type { Bundle } from './bundles.ts'

// Packages in CommonJS call require() for Node's own modules, which an ES module does not have. A Node.js
// that is too old for getBuiltinModule() gets as far as the sentence that says so.
const requireForCommonJs =
  "const require = process.getBuiltinModule?.('node:module').createRequire(import.meta.url)"

const kinds = {
  // The map names the sources and does not repeat them, which is enough for a stack.
  command: {
    splitting: true,
    minifyWhitespace: true,
    minifySyntax: true,
    sourcemap: 'linked',
    sourcesContent: false,
  },
  payload: { minify: true },
} as const satisfies Readonly<Record<Bundle['kind'], BuildOptions>>

/**
 * Writes the files of one bundle, which import nothing but each other.
 * @returns the folders of the packages whose code is in it, sorted
 * @throws when a module cannot be found, or esbuild has anything to warn of
 */
export async function buildBundle({ entry, output, kind }: Bundle): Promise<readonly string[]> {
  const { dir, name, ext } = parse(output)
  const { metafile, warnings } = await build({
    entryPoints: [{ in: entry, out: name }],
    outdir: dir,
    outExtension: { '.js': ext },
    bundle: true,
    platform: 'node',
    target: 'node22.19',
    format: 'esm',
    banner: { js: requireForCommonJs },
    // The file of licences has them all, whole.
    legalComments: 'none',
    metafile: true,
    plugins: [builtinModules, bytesOfUndici],
    logLevel: 'warning',
    ...kinds[kind],
  })
  if (warnings.length > 0) throw new Error(`${entry}: esbuild warned, see above`)
  for (const [path, output] of Object.entries(metafile.outputs)) {
    if (isForeign(output)) await shrink(path)
  }
  const inputs = Object.values(metafile.outputs).flatMap((file) => Object.keys(file.inputs))
  return [...new Set(inputs.flatMap((path) => packageFolder(path) ?? []))].toSorted()
}

/** A file with less of our own code than this is foreign; its map would be a fifth of the package. */
const OWN_SHARE = 0.1

/** Whether nearly all of a file is from packages. */
function isForeign({ inputs }: Metafile['outputs'][string]): boolean {
  const sizes = Object.entries(inputs).map(([path, { bytesInOutput: bytes }]) => ({
    bytes,
    ownBytes: packageFolder(path) === undefined ? bytes : 0,
  }))
  const all = sizes.reduce((sum, { bytes }) => sum + bytes, 0)
  return sizes.reduce((sum, { ownBytes }) => sum + ownBytes, 0) < all * OWN_SHARE
}

/**
 * Without a map, and with short names for what is local to a function: methods and properties keep theirs.
 */
async function shrink(path: string): Promise<void> {
  const text = readFileSync(path, 'utf8').replace(/\n\/\/# sourceMappingURL=\S+\s*$/, '\n')
  const { code } = await transform(text, { format: 'esm', minify: true, legalComments: 'none' })
  writeFileSync(path, code)
  rmSync(`${path}.map`, { force: true })
}
