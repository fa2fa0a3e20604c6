import { mkdirSync, readlinkSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

type Files = Readonly<Record<string, string>>

let written = 0

/**
 * A mounted ConfigMap or Secret, as the kubelet writes it (pkg/volume/util/atomic_writer.go): the files are
 * in a folder with a date in its name, `..data` leads there, and each file is a symlink through `..data`.
 */
export function createVolume(folder: string, files: Files): void {
  symlinkSync(writeFolder(folder, files), join(folder, '..data'))
  for (const name of Object.keys(files)) symlinkSync(join('..data', name), join(folder, name))
}

/** The steps after the new content is written: the switch of `..data`, and the end of the old content. */
export interface VolumeSwitch {
  complete(): void
  removeOld(): void
}

/** Replaces the content; with `complete: false` up to the switch. */
export function switchVolume(folder: string, files: Files, { complete = true } = {}): VolumeSwitch {
  const old = readlinkSync(join(folder, '..data'))
  const next = writeFolder(folder, files)
  const steps = {
    complete() {
      symlinkSync(next, join(folder, '..data_tmp'))
      renameSync(join(folder, '..data_tmp'), join(folder, '..data'))
    },
    removeOld: () => rmSync(join(folder, old), { recursive: true }),
  }
  if (complete) {
    steps.complete()
    steps.removeOld()
  }
  return steps
}

function writeFolder(folder: string, files: Files): string {
  const name = `..2026_11_22_21_30_00.${++written}`
  mkdirSync(join(folder, name))
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, name, file), text)
  return name
}
