#!/usr/bin/env node
const isSupervisor = process.argv[2] === 'run'
// Loading anything else would make use of the compilers.
if (isSupervisor) keepSmall()

const [{ errorTable }, { describeOldNode }] = await Promise.all([
  import('../core/errors.ts'),
  import('../core/node-version.ts'),
])
const problem = describeOldNode(process.versions)
if (problem === null) {
  // The commands are bundled: without the source map, a stack would name lines of the bundle. It has to be
  // enabled before they are loaded, and takes 6 MB.
  if (!isSupervisor) process.setSourceMapsEnabled(true)
  // An older Node.js cannot load the commands, so they are loaded after the version check.
  const [{ main }, { realIo }] = await Promise.all([import('./main.ts'), import('./io.ts')])
  process.exitCode = await main(process.argv.slice(2), realIo())
} else {
  process.stderr.write(`${errorTable.LASTCALL_NODE_VERSION}: ${problem}\n`)
  process.exitCode = 2
}

/**
 * Leaves out V8's compilers, and room for young objects. A supervisor has little to do, but stays for as long
 * as its program, and would grow by 11 MB.
 */
function keepSmall(): void {
  const { getBuiltinModule } = process as Partial<NodeJS.Process>
  const v8 = getBuiltinModule?.('node:v8')
  for (const flag of ['no-opt', 'no-maglev', 'no-sparkplug', 'semi-space-growth-factor=1'])
    v8?.setFlagsFromString(`--${flag}`)
}
