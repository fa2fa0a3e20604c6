import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/** A CommonJS package that this process has loaded. */
export interface LoadedPackage {
  readonly version: string
  /** The exports of each of its loaded modules. */
  readonly exports: readonly unknown[]
}

/**
 * The copies of a CommonJS package that this process has loaded. Nothing is resolved, because that could find
 * a copy which the application does not use. A package inside a bundle is not found.
 */
export function loadedPackages(name: string): readonly LoadedPackage[] {
  const exportsByFolder = new Map<string, unknown[]>()
  // Every `require` function shares one cache.
  for (const module of Object.values(createRequire('/').cache)) {
    const folder = module && folderIn(module.filename, name)
    if (!folder) continue
    const exports = exportsByFolder.get(folder) ?? []
    exportsByFolder.set(folder, exports)
    exports.push(module.exports)
  }
  return [...exportsByFolder].flatMap(([folder, exports]) => {
    const version = versionIn(folder)
    return version === null ? [] : [{ version, exports }]
  })
}

/** The folder of the package, if the file belongs to it and not to a package nested inside it. */
function folderIn(file: string, name: string): string | null {
  const path = file.replaceAll('\\', '/')
  const start = path.lastIndexOf('/node_modules/') + '/node_modules/'.length
  return path.startsWith(`${name}/`, start) ? path.slice(0, start + name.length) : null
}

function versionIn(folder: string): string | null {
  try {
    const { version } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as { version?: unknown }
    return typeof version === 'string' ? version : null
  } catch {
    // Without a version the package cannot be judged.
    return null
  }
}
