import { execFileSync } from 'node:child_process'
import { statSync } from 'node:fs'

/** Time of a file's last change in milliseconds; 0 when there is none. */
export function changedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

/**
 * Installs what a folder's lock file says, unless that was done since it changed last. Returns when it was.
 */
export function installOnce(folder: string): number {
  // npm writes this file last, so an installation that broke off is none.
  const installedAt = changedAt(`${folder}/node_modules/.package-lock.json`)
  if (installedAt >= changedAt(`${folder}/package-lock.json`)) return installedAt
  execFileSync('npm', ['ci', '--ignore-scripts'], { cwd: folder, stdio: 'inherit' })
  return changedAt(`${folder}/node_modules/.package-lock.json`)
}
