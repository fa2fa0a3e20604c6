import { fileURLToPath } from 'node:url'

/** The command that starts this command line, for a child process of its own: Node and a file. */
export function ownEntry(): readonly string[] {
  // Beside this file, both as a source and in the bundle.
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  return [process.execPath, fileURLToPath(new URL(`./bin.${extension}`, import.meta.url))]
}
