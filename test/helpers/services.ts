import { spawn, spawnSync } from 'node:child_process'
import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { Child } from './child.ts'
import { debianEnvironment } from './fetched-programs.ts'
import { takePort } from './ports.ts'

/** PostgreSQL refuses to run as root: then it is run as nobody, who has this number everywhere. */
const NOBODY = 65_534
const isRoot = process.getuid?.() === 0
export const asUser: { readonly uid?: number; readonly gid?: number } = isRoot
  ? { uid: NOBODY, gid: NOBODY }
  : {}

/** What both databases say when they are. */
const ready = /ready to accept connections/i

/** A server that runs until the test ends. */
export interface Service {
  readonly url: string
  /** Called when the test ends, before the server does: clients complain when they lose their server. */
  onEnd(close: () => Promise<unknown>): void
}

/** How a server is started. */
export interface ServiceStart {
  readonly words: readonly [string, ...string[]]
  readonly folder: string
  /** Resolves when it can be connected to. */
  readonly ready: (service: Child) => Promise<unknown>
  readonly url: string
}

/** Makes a folder for the user who runs the server. */
export function makeFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `lastcall-${name}-`))
  if (isRoot) chownSync(folder, NOBODY, NOBODY)
  return folder
}

/** Runs a server until the test ends, and its folder with it; resolves when it says that it is ready. */
export async function serve(t: TestContext, start: ServiceStart): Promise<Service> {
  const [command, ...args] = start.words
  const child = spawn(command, args, {
    cwd: start.folder,
    env: { ...process.env, ...debianEnvironment(), LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...asUser,
  })
  const service = new Child(child)
  const closers: (() => Promise<unknown>)[] = []
  t.after(async () => {
    await Promise.allSettled(closers.map((close) => close()))
    child.kill('SIGKILL')
    await service.exited
    rmSync(start.folder, { recursive: true, force: true })
  })
  await start.ready(service)
  return { url: start.url, onEnd: (close) => void closers.push(close) }
}

/** Starts a Redis that keeps nothing. */
export async function startRedis(t: TestContext): Promise<Service> {
  const port = String(await takePort())
  return serve(t, {
    words: ['redis-server', '--port', port, '--bind', '127.0.0.1', '--save', ''],
    folder: makeFolder('redis'),
    ready: (redis) => redis.line(ready),
    url: `redis://127.0.0.1:${port}`,
  })
}

/** Starts a PostgreSQL with an empty database. */
export async function startPostgres(t: TestContext): Promise<Service> {
  const port = String(await takePort())
  const folder = makeFolder('postgres')
  const { status, stderr } = spawnSync(
    'initdb',
    ['--pgdata', '.', '--auth', 'trust', '--username', 'postgres', '--locale', 'C', '--no-sync'],
    { cwd: folder, env: { ...process.env, ...debianEnvironment() }, encoding: 'utf8', ...asUser },
  )
  if (status !== 0) throw new Error(`initdb failed: ${stderr}`)
  const settings = ['fsync=off', 'unix_socket_directories=', 'listen_addresses=127.0.0.1']
  return serve(t, {
    words: ['postgres', '-D', '.', '-p', port, ...settings.flatMap((setting) => ['-c', setting])],
    folder,
    ready: (postgres) => postgres.line(ready, 'stderr'),
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
  })
}
