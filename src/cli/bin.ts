#!/usr/bin/env node
import { errorTable } from '../core/errors.ts'
import { describeOldNode } from '../core/node-version.ts'

const problem = describeOldNode(process.versions)
if (problem === null) {
  // The commands are bundled: without the source map, a stack would name lines of the bundle. It has to be
  // enabled before they are loaded. A supervisor stays for as long as its program, and does without their 6
  // MB.
  if (process.argv[2] !== 'run') process.setSourceMapsEnabled(true)
  // An older Node.js cannot load the commands, so they are loaded after the version check.
  const [{ main }, { realIo }] = await Promise.all([import('./main.ts'), import('./io.ts')])
  process.exitCode = await main(process.argv.slice(2), realIo())
} else {
  process.stderr.write(`${errorTable.LASTCALL_NODE_VERSION}: ${problem}\n`)
  process.exitCode = 2
}
