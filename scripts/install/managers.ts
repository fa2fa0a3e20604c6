import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** A package manager in the version that a user may have. */
export interface Manager {
  /** What npx fetches. */
  readonly spec: string
  readonly install: string
  /** Lists every copy of lastcall that it installed, as JSON. */
  readonly list: readonly string[]
}

const npm = (version: number): Manager => ({
  spec: `npm@${version}`,
  install: 'install',
  list: ['ls', 'lastcall', '--all', '--json'],
})

/** npm 10 comes with Node 22, npm 11 with Node 24 and 26. */
export const managers: readonly [Manager, ...Manager[]] = [
  npm(10),
  npm(11),
  npm(12),
  { spec: 'pnpm@latest', install: 'add', list: ['list', 'lastcall', '--depth', 'Infinity', '--json'] },
]

// npm passes the settings of this checkout on to all that it starts; the npm of a user has none of them.
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(?:npm_|LASTCALL_|NODE_OPTIONS)/i.test(name)),
)

/** Runs a command to its end. @throws Error with its output when it fails */
export function run(cwd: string, command: string, ...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    env,
    encoding: 'utf8',
    timeout: 180_000,
  })
  if (error) throw error
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} in ${cwd}:\n${stdout}${stderr}`)
  return stdout
}

/** What one manager made of one installation. */
export interface Installation {
  readonly folder: string
  readonly version: string
  readonly seconds: number
  /** Versions of all copies of lastcall. */
  readonly copies: readonly string[]
}

/** Installs packages into an empty folder. @throws Error when the manager refuses, with what it says */
export function installInto(name: string, manager: Manager, specs: readonly string[]): Installation {
  const folder = resolve('.cache', 'try-install', name)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "name": "shop", "private": true, "type": "module" }')
  const npx = (...args: readonly string[]): string => run(folder, 'npx', '--yes', manager.spec, ...args)
  const version = npx('--version').trim()
  const began = performance.now()
  npx(manager.install, ...specs)
  const seconds = (performance.now() - began) / 1_000
  return { folder, version, seconds, copies: copiesIn(JSON.parse(npx(...manager.list))) }
}

interface Listed {
  readonly dependencies?: Readonly<Record<string, Listed & { readonly version: string }>>
}

/** Finds every lastcall in what `ls --json` printed; pnpm prints a list of projects. */
function copiesIn(listed: Listed | readonly Listed[]): readonly string[] {
  const projects: readonly Listed[] = Array.isArray(listed) ? listed : [listed as Listed]
  return projects.flatMap(({ dependencies = {} }) =>
    Object.entries(dependencies).flatMap(([name, found]) => [
      ...(name === 'lastcall' ? [found.version] : []),
      ...copiesIn(found),
    ]),
  )
}

/** The version of a package that was installed. */
export function installedVersion(folder: string, name: string): string {
  const manifest = readFileSync(
    join(realpathSync(join(folder, 'node_modules', name)), 'package.json'),
    'utf8',
  )
  return (JSON.parse(manifest) as { version: string }).version
}
