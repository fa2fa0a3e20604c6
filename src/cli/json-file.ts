import { accessSync, constants, statSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { LastcallError } from '../core/errors.ts'
import type { FlagReader, RawFlags } from './flag-reader.ts'
import type { CliIo } from './io.ts'

/**
 * Writes the file of `--json`, if the flag is set. Call it after printing the report, so a failure here does
 * not lose the report.
 * @throws LastcallError `LASTCALL_USAGE` when it cannot be written
 */
export function writeJsonFile(raw: RawFlags, io: Pick<CliIo, 'cwd'>, text: string): void {
  const file = raw['json']
  if (typeof file !== 'string' || file === '-') return
  try {
    writeFileSync(resolve(io.cwd, file), text)
  } catch (error) {
    throw new LastcallError('LASTCALL_USAGE', [
      `--json: '${file}' cannot be written (${(error as Error).message})`,
    ])
  }
}

/** Adds a problem when the file of `--json` cannot be written. It is better to know this before the run. */
export function checkJsonFile(reader: FlagReader, io: Pick<CliIo, 'cwd'>): void {
  const file = reader.text('json', '-')
  if (file === '-') return
  const path = resolve(io.cwd, file)
  try {
    accessSync(dirname(path), constants.W_OK)
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw new Error('it is a folder')
  } catch (error) {
    reader.problems.push(`--json: '${file}' cannot be written (${(error as Error).message})`)
  }
}
