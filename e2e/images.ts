import { copyFileSync, cpSync, existsSync, mkdirSync, renameSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { run } from './shell.ts'

/** What a scenario can release: an example, or a server that is no user of lastcall. */
export type Image = 'fastify' | 'express' | 'next' | 'go' | 'nginx'

/** Image of the e2e. The one of fastify also has the control server, and its Node.js runs the agent. */
export function imageOf(image: Image): string {
  return `lastcall-${image}:e2e`
}

/** Builds images, those that are users of lastcall with the package that npm would publish. */
export async function buildImages(
  images: readonly Image[],
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  const packed = await run('npm', ['pack', '--json', '--pack-destination', folder], { signal })
  const [{ filename }] = JSON.parse(packed.slice(packed.indexOf('['))) as [{ filename: string }]
  const tarball = join(folder, 'lastcall.tgz')
  renameSync(join(folder, filename), tarball)
  const prepare: Readonly<Record<Image, (context: string) => unknown>> = {
    // Into Next.js lastcall comes from the image of fastify.
    fastify: (context) => cpSync(tarball, join(context, 'lastcall.tgz')),
    express: (context) => cpSync(tarball, join(context, 'lastcall.tgz')),
    next: () => undefined,
    go: (context) => buildGo(context, signal),
    nginx: (context) => copyNginx(context, signal),
  }
  for (const image of images) {
    const context = join(folder, image)
    const source = [`examples/${image}`, `e2e/${image}`].find((path) => existsSync(path)) ?? ''
    cpSync(source, context, { recursive: true, filter: isSource })
    await prepare[image](context)
    await run('docker', ['build', '--tag', imageOf(image), context], { signal })
  }
}

/** Builds the Go server, which needs no base image. */
async function buildGo(context: string, signal: AbortSignal): Promise<void> {
  const env = { ...process.env, CGO_ENABLED: '0', GOOS: 'linux', GOFLAGS: '-mod=mod' }
  await run('go', ['build', '-o', 'server', '.'], { cwd: context, env, signal })
}

/** Copies the nginx of this machine and every library that it is linked to. */
async function copyNginx(context: string, signal: AbortSignal): Promise<void> {
  const program = (await run('sh', ['-c', 'command -v nginx'], { signal })).trim()
  const linked = (await run('ldd', [program], { signal })).matchAll(/(\/\S+) \(0x/g)
  const files = [[program, '/nginx'], ...[...linked].map(([, library = '']) => [library, library])] as const
  for (const [from = '', to = ''] of files) {
    const place = join(context, 'root', to)
    mkdirSync(dirname(place), { recursive: true })
    copyFileSync(from, place)
  }
}

function isSource(path: string): boolean {
  return !['node_modules', '.next', 'lastcall.tgz'].includes(basename(path))
}
