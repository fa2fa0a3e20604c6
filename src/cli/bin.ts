#!/usr/bin/env node
import { errorTable } from '../core/errors.ts'
import { describeOldNode } from '../core/node-version.ts'

const problem = describeOldNode(process.versions)
if (problem === null) {
  // A supervisor stays for as long as its program.
  if (process.argv[2] === 'run') keepSmall()
  // The commands are bundled: without the source map, a stack would name lines of the bundle. It has to be
  // enabled before they are loaded, and takes 6 MB.
  else process.setSourceMapsEnabled(true)
  // An older Node.js cannot load the commands, so they are loaded after the version check.
  const [{ main }, { realIo }] = await Promise.all([import('./main.ts'), import('./io.ts')])
  process.exitCode = await main(process.argv.slice(2), realIo())
} else {
  process.stderr.write(`${errorTable.LASTCALL_NODE_VERSION}: ${problem}\n`)
  process.exitCode = 2
}

/** A supervisor has little to do. With V8's compilers, and room for young objects, it grows by 11 MB. */
function keepSmall(): void {
  const { setFlagsFromString } = process.getBuiltinModule('node:v8')
  for (const flag of ['no-opt', 'no-maglev', 'no-sparkplug', 'semi-space-growth-factor=1'])
    setFlagsFromString(`--${flag}`)
}
