import { parse } from 'node:path'
import { build, type BuildOptions } from 'esbuild'
import { packageFolder } from './package-folder.ts'
import type { Bundle } from './bundles.ts'

// Packages in CommonJS call require() for Node's own modules, which an ES module does not have.
const requireForCommonJs = `import { createRequire as __createRequire } from 'node:module'
const require = __createRequire(import.meta.url)`

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
 * Writes the files of one bundle. Only modules of Node stay imports.
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
    logLevel: 'warning',
    ...kinds[kind],
  })
  if (warnings.length > 0) throw new Error(`${entry}: esbuild warned, see above`)
  const inputs = Object.values(metafile.outputs).flatMap((file) => Object.keys(file.inputs))
  return [...new Set(inputs.flatMap((path) => packageFolder(path) ?? []))].toSorted()
}
