import { cpSync, mkdirSync, renameSync } from 'node:fs'
import { basename, join } from 'node:path'
import { run } from './shell.ts'

/** An application of `examples/`, by its folder. */
export type Example = 'fastify' | 'express' | 'next'

/** Those that find `lastcall.tgz` beside their Dockerfile; into the other ones lastcall comes from an image that has it. */
const withPackage: readonly Example[] = ['fastify', 'express']

/** What a scenario can release: an example, or the plain Go server. */
export type Image = Example | 'go'

/** Image of an example. The one of fastify also has the control server, and its Node.js runs the agent. */
export function imageOf(example: Image): string {
  return `lastcall-${example}:e2e`
}

/** Packs lastcall as npm would publish it and builds the examples, those that are its users with that package. */
export async function buildImages(
  examples: readonly Example[],
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  const packed = await run('npm', ['pack', '--json', '--pack-destination', folder], { signal })
  const [{ filename }] = JSON.parse(packed.slice(packed.indexOf('['))) as [{ filename: string }]
  const tarball = join(folder, 'lastcall.tgz')
  renameSync(join(folder, filename), tarball)
  for (const example of examples) {
    const context = join(folder, example)
    mkdirSync(context, { recursive: true })
    cpSync(`examples/${example}`, context, { recursive: true, filter: isSource })
    if (withPackage.includes(example)) cpSync(tarball, join(context, 'lastcall.tgz'))
    await run('docker', ['build', '--tag', imageOf(example), context], { signal })
  }
}

/**
 * Builds the server of `e2e/go`, without a base image.
 * @throws Error where Go is not installed
 */
export async function buildGoImage(folder: string, signal: AbortSignal): Promise<void> {
  const context = join(folder, 'go')
  cpSync('e2e/go', context, { recursive: true })
  const env = { ...process.env, CGO_ENABLED: '0', GOOS: 'linux', GOFLAGS: '-mod=mod' }
  await run('go', ['build', '-o', 'server', '.'], { cwd: context, env, signal })
  await run('docker', ['build', '--tag', imageOf('go'), context], { signal })
}

function isSource(path: string): boolean {
  return !['node_modules', '.next', 'lastcall.tgz'].includes(basename(path))
}
