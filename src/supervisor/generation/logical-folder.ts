import { statSync } from 'node:fs'

/**
 * The working folder as the user wrote it, symlinks included: `/srv/current`, not `/srv/releases/41`. A
 * deploy switches the link, and the next generation starts in the new release.
 * @param env its PWD is used if it leads to the same folder
 * @param cwd `process.cwd()`, which has no symlinks
 */
export function logicalFolder(env: Readonly<Record<string, string | undefined>>, cwd: string): string {
  const { PWD } = env
  if (PWD === undefined || !PWD.startsWith('/')) return cwd
  const own = identityOf(cwd)
  return own !== null && identityOf(PWD) === own ? PWD : cwd
}

function identityOf(path: string): string | null {
  try {
    const { dev, ino } = statSync(path, { bigint: true })
    return `${dev}:${ino}`
  } catch {
    return null
  }
}
