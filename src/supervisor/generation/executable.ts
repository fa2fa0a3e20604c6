import { accessSync, constants, statSync } from 'node:fs'

/** Where POSIX systems have a shell. An image without a distribution has none. */
export const SHELL = '/bin/sh'

/** Whether this process may execute the file. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
