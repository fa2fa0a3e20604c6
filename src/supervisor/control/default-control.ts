import { accessSync, constants } from 'node:fs'
import { dirname } from 'node:path'
import { checkPathLength, prepareFolder } from './control-path.ts'
import { isAnswered } from './listen-on-path.ts'

/**
 * Why a supervisor cannot have its control socket at a path; null when it can. For a path that nobody has
 * chosen: the file system of a container may be read-only, or shared with another one whose supervisor has
 * the same process id.
 */
export async function describeUnusable(path: string): Promise<string | null> {
  try {
    checkPathLength(path)
    prepareFolder(path)
    accessSync(dirname(path), constants.W_OK)
  } catch (error) {
    return (error as Error).message
  }
  return (await isAnswered(path)) ? `another supervisor listens on ${path}` : null
}
