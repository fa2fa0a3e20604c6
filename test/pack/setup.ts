import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** How a command ended. */
export interface Outcome {
  readonly code: number | null
  readonly output: string
}

// `npm test` passes its own settings on to all that it starts; an npm of a user has none of them.
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(?:npm_|LASTCALL_|NODE_OPTIONS)/i.test(name)),
)

/** All tests of a file use what was installed once, so that it has to last until the end of the process. */
function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lastcall-pack-'))
  process.once('exit', () => rmSync(folder, { recursive: true }))
  return folder
}

/** Runs a command in a folder, with a bound. */
export function run(cwd: string, command: string, args: readonly string[]): Outcome {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    env,
    encoding: 'utf8',
    timeout: 60_000,
    maxBuffer: 32_000_000,
  })
  if (error) throw error
  return { code: status, output: `${stdout}${stderr}` }
}

/** The package as it would be published, made from dist/ as it is. */
export function packLastcall(): string {
  const folder = makeFolder()
  // Without prepack: it would build dist/ anew while other tests use it.
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder]
  const printed = execFileSync('npm', args, { cwd: root, env, encoding: 'utf8' })
  const [{ filename }] = JSON.parse(printed) as [{ filename: string }]
  return join(folder, filename)
}

/**
 * Installs packages, or files of packages, into an empty folder.
 * @param others what npm may fetch; without any it stays offline
 */
export function installIntoEmptyFolder(
  tarball: string,
  ...others: readonly string[]
): Outcome & { folder: string } {
  const folder = makeFolder()
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
  const network = others.length === 0 ? '--offline' : '--prefer-offline'
  return {
    folder,
    ...run(folder, 'npm', ['install', network, '--no-audit', '--no-fund', tarball, ...others]),
  }
}
