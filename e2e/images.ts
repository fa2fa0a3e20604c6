import { cpSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './shell.ts'

/** Image of the example, the control server and the load, all in one. */
export const image = 'lastcall-example:e2e'

/** Packs lastcall as npm would publish it and builds the example with that package. */
export async function buildImage(folder: string, signal: AbortSignal): Promise<void> {
  const context = join(folder, 'image')
  mkdirSync(context, { recursive: true })
  const packed = await run('npm', ['pack', '--json', '--pack-destination', folder], { signal })
  const [{ filename }] = JSON.parse(packed.slice(packed.indexOf('['))) as [{ filename: string }]
  cpSync('examples/fastify', context, {
    recursive: true,
    filter: (source) => !source.includes('node_modules'),
  })
  renameSync(join(folder, filename), join(context, 'lastcall.tgz'))
  await run('docker', ['build', '--tag', image, context], { signal })
}
