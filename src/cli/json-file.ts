import { accessSync, constants } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { FlagReader } from './flag-reader.ts'
import type { CliIo } from './io.ts'

/** Adds a problem when the file of `--json` could not be written: better now than after the run. */
export function checkJsonFile(reader: FlagReader, io: Pick<CliIo, 'cwd'>): void {
  const file = reader.text('json', '-')
  if (file === '-') return
  try {
    accessSync(dirname(resolve(io.cwd, file)), constants.W_OK)
  } catch (error) {
    reader.problems.push(`--json: '${file}' cannot be written (${(error as Error).message})`)
  }
}
