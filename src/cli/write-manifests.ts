import { accessSync, constants, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { LastcallError } from '../core/errors.ts'
import type { PatchedText } from '../kube/patch-manifests.ts'

/** The operations on files that {@link writeManifests} needs; each throws where it is not possible. */
export interface Disk {
  /** Throws when the file cannot be written. */
  checkWritable(path: string): void
  write(path: string, text: string): void
}

const realDisk: Disk = {
  checkWritable: (path) => accessSync(path, constants.W_OK),
  write: (path, text) => writeFileSync(path, text),
}

/**
 * Writes every file that a patch changes. Checks all of them first, so that one without permission leaves the
 * others as they are.
 * @throws LastcallError `LASTCALL_USAGE` with the files that cannot be written; where a write fails all the
 * same, such as on a full disk, with the files that were written and those that were not
 */
export function writeManifests(patched: readonly PatchedText[], cwd: string, disk: Disk = realDisk): void {
  const changed = patched.filter(({ edits }) => edits.length > 0)
  const pathOf = ({ name }: PatchedText): string => resolve(cwd, name)
  const problems = changed.flatMap((file) => problemsOf(file, () => disk.checkWritable(pathOf(file))))
  if (problems.length > 0)
    throw new LastcallError('LASTCALL_USAGE', [...problems, 'no file was written: make all of them writable'])
  for (const [index, file] of changed.entries()) {
    const [problem] = problemsOf(file, () => disk.write(pathOf(file), file.text))
    if (problem === undefined) continue
    const written = namesOf(changed.slice(0, index))
    const rest = namesOf(changed.slice(index + 1))
    const said = `written before it: ${written}; not written after it: ${rest}`
    throw new LastcallError('LASTCALL_USAGE', [
      `${problem}: ${said}; look at '${file.name}', and patch again`,
    ])
  }
}

const namesOf = (files: readonly PatchedText[]): string =>
  files.map(({ name }) => `'${name}'`).join(', ') || 'none'

function problemsOf({ name }: PatchedText, run: () => void): readonly string[] {
  try {
    run()
    return []
  } catch (error) {
    return [`'${name}' cannot be written (${(error as Error).message})`]
  }
}
