import { copyFileSync, cpSync, existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { run } from './shell.ts'

/** What a scenario can release: the folders of examples. */
export type Image = 'fastify' | 'express' | 'next' | 'go' | 'nginx'

/** Into Next.js lastcall comes from the image of fastify, and the others know nothing of it. */
const withLastcall: readonly Image[] = ['fastify', 'express']

/** The one of fastify also has the control server, and its Node.js runs the agent. */
export function imageOf(image: Image): string {
  return `lastcall-${image}:example`
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
    if (existsSync(script)) await run(script, [], { cancelSignal })
    else await run('docker', ['build', '--tag', imageOf(image), context], { cancelSignal })
  }
}

function isSource(path: string): boolean {
  return !['node_modules', '.next', 'lastcall.tgz'].includes(basename(path))
}
