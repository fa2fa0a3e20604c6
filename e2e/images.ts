import { copyFileSync, cpSync, existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { run } from './shell.ts'

/** What a scenario can release: the folders of examples. */
export type Image = 'fastify' | 'express' | 'next' | 'go' | 'nginx' | 'worker' | 'supervised'

/** Into Next.js lastcall comes from the image of fastify, and the others know nothing of it. */
const withLastcall: readonly Image[] = ['fastify', 'express', 'worker', 'supervised']

/** Stands for the one of the registry in the manifests, which no node could pull. */
export const redisImage = 'lastcall-redis:example'

/** The one of fastify also has the control server, and its Node.js runs the agent. */
export function imageOf(image: Image): string {
  return `lastcall-${image}:example`
}

/** What the cluster needs for this one: of the workers their queue as well. */
export function loadedFor(image: Image): readonly string[] {
  return image === 'worker' ? [imageOf(image), redisImage] : [imageOf(image)]
}

/** Builds images, those that are users of lastcall with the package that npm would publish. */
export async function buildImages(
  images: readonly Image[],
  folder: string,
  cancelSignal: AbortSignal,
): Promise<void> {
  const tarball = await run('npm', ['pack', '--silent', '--pack-destination', folder], { cancelSignal })
  for (const image of images) {
    const context = join(folder, image)
    cpSync(`examples/${image}`, context, { recursive: true, filter: isSource })
    if (withLastcall.includes(image)) copyFileSync(join(folder, tarball), join(context, 'lastcall.tgz'))
    const script = join(context, 'build.sh')
    if (image === 'worker') await buildRedis(folder, cancelSignal)
    if (existsSync(script)) await run(script, [], { cancelSignal })
    else await run('docker', ['build', '--tag', imageOf(image), context], { cancelSignal })
  }
}

async function buildRedis(folder: string, cancelSignal: AbortSignal): Promise<void> {
  const context = join(folder, 'redis')
  cpSync('e2e/redis', context, { recursive: true })
  await run(join(context, 'build.sh'), [redisImage], { cancelSignal })
}

function isSource(path: string): boolean {
  return !['node_modules', '.next', 'lastcall.tgz'].includes(basename(path))
}
