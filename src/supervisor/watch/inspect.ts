import type { Hash } from 'node:crypto'
import { type BigIntStats, lstatSync, readdirSync, readlinkSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** What has to be watched, so that no change goes unnoticed. */
export interface Target {
  readonly path: string
  /** Only this entry of the folder is of interest; null: everything. */
  readonly name: string | null
}

/** How a watched path is now. */
export interface Inspection {
  /** Differs when the content does; null while the path is missing or cannot be read. */
  readonly fingerprint: string | null
  readonly targets: readonly Target[]
}

/** They are large, and nobody edits a configuration there. */
const IGNORED: ReadonlySet<string> = new Set(['node_modules', '.git'])
/** Of the kernel (path_resolution(7)). */
const MAX_LINKS = 40

/**
 * Looks at a file, or at a folder with everything below it. A change is another real path, or another inode,
 * size or time of modification.
 * @param path absolute. Symlinks on the way are followed, and watched: a deploy switches one of them
 */
export function inspect(path: string): Inspection {
  const targets: Target[] = []
  try {
    const real = followLinks(path, targets)
    // Loaded here: most supervisors watch nothing, and would have 1 MB more.
    const hash = process.getBuiltinModule('node:crypto').createHash('sha256').update(real)
    addContent(real, hash, targets)
    return { fingerprint: hash.digest('hex'), targets }
  } catch {
    return { fingerprint: null, targets }
  }
}

/**
 * The real path. Each folder on the way becomes a target for its one entry that matters.
 * @throws Error when an entry is missing
 */
function followLinks(path: string, targets: Target[]): string {
  let folder = '/'
  let rest = partsOf(path)
  for (let links = 0; rest.length > 0;) {
    const [name = '', ...further] = rest
    targets.push({ path: folder, name })
    const entry = join(folder, name)
    if (lstatSync(entry).isSymbolicLink() && links++ < MAX_LINKS) {
      rest = [...partsOf(resolve(folder, readlinkSync(entry))), ...further]
      folder = '/'
    } else {
      folder = entry
      rest = further
    }
  }
  return folder
}

function addContent(path: string, hash: Hash, targets: Target[]): void {
  const stats = statSync(path, { bigint: true })
  targets.push({ path, name: null })
  if (!stats.isDirectory()) return void hash.update(describe(path, stats))
  const names = readdirSync(path).sort()
  const isVolume = names.includes('..data')
  for (const name of names) {
    if (IGNORED.has(name)) continue
    // The kubelet writes a new folder beside the old one, and switches `..data` when it is complete.
    if (isVolume && name.startsWith('..') && name !== '..data') continue
    addEntry(join(path, name), hash, targets)
  }
}

function addEntry(path: string, hash: Hash, targets: Target[]): void {
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false })
  if (!stats) return
  if (stats.isDirectory()) {
    hash.update(path)
    return addContent(path, hash, targets)
  }
  hash.update(describe(path, stats))
  if (!stats.isSymbolicLink()) return
  hash.update(readlinkSync(path)).update(describeContent(path))
}

function describeContent(path: string): string {
  try {
    return describe(path, statSync(path, { bigint: true }))
  } catch {
    // It leads nowhere, or in a circle.
    return 'dangling'
  }
}

/** Reading changes none of it. */
const describe = (path: string, { ino, size, mtimeNs }: BigIntStats): string =>
  `${path}\0${ino} ${size} ${mtimeNs}\0`

const partsOf = (path: string): readonly string[] => path.split('/').filter((part) => part !== '')
