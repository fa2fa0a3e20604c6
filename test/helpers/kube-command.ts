import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { TestContext } from 'node:test'
import { main } from '../../src/cli/main.ts'
import { captureIo } from './captured-io.ts'

/** What came of a command. */
export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
  /** A file of the folder, as it is afterwards. */
  read(name: string): string
}

/** Runs `lastcall kube` in a folder with these files. */
export async function kube(
  t: TestContext,
  files: Readonly<Record<string, string | Uint8Array>>,
  words: readonly string[],
  stdin?: string | Uint8Array,
): Promise<Ran> {
  const cwd = mkdtempSync(join(tmpdir(), 'lastcall-test-'))
  t.after(() => rmSync(cwd, { recursive: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text)
  const input = Object.assign(Readable.from(stdin === undefined ? [] : [stdin]), {
    isTTY: stdin === undefined,
  })
  const io = { ...captureIo(), stdin: input, cwd }
  const code = await main(['kube', ...words], io)
  return { code, out: io.out(), err: io.err(), read: (name) => readFileSync(join(cwd, name), 'utf8') }
}
