import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { LastcallError } from '../core/errors.ts'
import type { ManifestText } from '../kube/patch-manifests.ts'
import type { CliIo } from './io.ts'

/** The name of stdin as a FILE. */
export const STDIN = '-'

/**
 * Reads every FILE. Reads stdin if there is no FILE, or for the FILE `-`.
 * @throws LastcallError `LASTCALL_USAGE` with every file that cannot be read
 */
export async function readManifests(files: readonly string[], io: CliIo): Promise<readonly ManifestText[]> {
  const names = files.length === 0 ? [STDIN] : files
  const problems = names
    .filter((name, index) => names.indexOf(name) !== index)
    .map((name) => `'${name}' is given twice`)
  const texts: ManifestText[] = []
  for (const name of names) {
    if (name === STDIN) texts.push({ name: 'stdin', text: await readStdin(io) })
    else {
      try {
        texts.push({ name, text: decode(readFileSync(resolve(io.cwd, name))) })
      } catch (error) {
        problems.push(`'${name}' cannot be read (${(error as Error).message}); name a file of YAML or JSON`)
      }
    }
  }
  if (problems.length > 0) throw new LastcallError('LASTCALL_USAGE', problems)
  return texts
}

async function readStdin({ stdin }: CliIo): Promise<string> {
  if (stdin.isTTY) {
    throw new LastcallError('LASTCALL_USAGE', ['there is no FILE, and stdin is a terminal: name a file'])
  }
  const chunks: Buffer[] = []
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk))
  try {
    return decode(Buffer.concat(chunks))
  } catch (error) {
    throw new LastcallError('LASTCALL_USAGE', [`stdin cannot be read (${(error as Error).message})`])
  }
}

/** Decodes a file. Writing it again would lose bytes that are not UTF-8, so they are refused. */
function decode(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
}
