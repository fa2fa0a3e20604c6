import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Report } from '../../src/core/report.ts'
import type { StateName } from '../../src/core/state.ts'
import { codeBlocksOf } from '../docs/pages.ts'
import { Child } from '../helpers/child.ts'
import { type Answer, httpGet } from '../helpers/http-get.ts'
import { takePort } from './ports.ts'

/** Where the program of a server is. */
export interface ProgramDeclaration {
  readonly name: string
  /** The page of docs/guides whose code is run. */
  readonly guide: string
  /** Name of the program, as the first line of its block says it. `server.ts` */
  readonly program?: string
  /** What the page says may be left out of the program, and is. */
  readonly leaveOut?: string
  /** Folder of `servers` with the application that the program imports. The server's name */
  readonly app?: string
  /** A command of the guide that is run in a folder, for a server that is built and not written. Instead of `program` and `app`. */
  readonly command?: { readonly beginsWith: string; readonly cwd: string }
}

/** How a program is started. */
export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>
  /** Whether to wait until it is ready. true */
  readonly waitUntilReady?: boolean
}

const servers = fileURLToPath(new URL('servers', import.meta.url))
const tls = fileURLToPath(new URL('../fixtures/tls', import.meta.url))
/** With CONTRACT_CONTROL set, what runs instead of lastcall: the behaviours have to fail. */
const control = fileURLToPath(new URL('control', import.meta.url))
const WAIT_MS = 50_000
const order: readonly StateName[] = [
  'starting',
  'unready',
  'ready',
  'delaying',
  'draining',
  'stopping',
  'stopped',
]

/** The code of the guide's program. */
export function guideProgram({ guide, program = 'server.ts', leaveOut = '' }: ProgramDeclaration): string {
  const block = codeBlocksOf(guide).find(({ code }) => code.startsWith(`// ${program}\n`))
  if (!block) throw new Error(`${guide} has no block that begins with "// ${program}"`)
  if (!block.code.includes(leaveOut)) throw new Error(`${guide} has no ${leaveOut} to leave out`)
  return block.code.replace(leaveOut, '')
}

/** Puts the guide's program beside the application that it imports. The folder is inside of `servers`, so that packages are found from it. */
export function writeProgram(declaration: ProgramDeclaration): string {
  const { name, app = name, program = 'server.ts' } = declaration
  mkdirSync(join(servers, '.run'), { recursive: true })
  const folder = mkdtempSync(join(servers, '.run', `${name}-`))
  // Outside of containers lastcall writes a termination message only where there is a file for it.
  writeFileSync(join(folder, 'termination-log'), '')
  if (declaration.command) return folder
  cpSync(join(servers, app), folder, { recursive: true })
  writeFileSync(join(folder, program), guideProgram(declaration))
  if (process.env['CONTRACT_CONTROL'] !== undefined) {
    mkdirSync(join(folder, 'node_modules'))
    symlinkSync(control, join(folder, 'node_modules', 'lastcall'))
  }
  return folder
}

/** A server under test, as a process of its own: what is known of it is seen from outside. */
export class Program {
  readonly child: Child
  readonly port: number
  readonly probePort: number
  readonly #folder: string

  constructor(process: ChildProcess, ports: { port: number; probePort: number }, folder: string) {
    this.child = new Child(process)
    this.port = ports.port
    this.probePort = ports.probePort
    this.#folder = folder
  }

  /** Resolves when a handler has come to the gate that its request names. */
  async at(gate: string): Promise<void> {
    await this.#until(async () => this.child.stdout.split('\n').includes(`at ${gate}`))
  }

  /** Lets handlers go on that stand at the gate. */
  open(gate: string): void {
    writeFileSync(join(this.#folder, gate), '')
  }

  signal(signal: NodeJS.Signals = 'SIGTERM'): void {
    this.child.kill(signal)
  }

  /** Asks the probe server. */
  probe(path: string): Promise<Answer> {
    return httpGet(this.probePort, path)
  }

  /** Resolves when the lifecycle is in this state, or in one behind it. */
  async reached(state: StateName): Promise<void> {
    await this.#until(async () => {
      const { headers } = await this.probe('/livez')
      return order.indexOf(headers['lastcall-state'] as StateName) >= order.indexOf(state)
    })
  }

  /** Resolves when the readiness probe is green. */
  async ready(): Promise<void> {
    await this.#until(async () => (await this.probe('/readyz')).status === 200)
  }

  /** Resolves to how it ended. */
  exit(): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }> {
    return this.child.exited
  }

  /** The termination message. */
  report(): Report {
    return JSON.parse(readFileSync(join(this.#folder, 'termination-log'), 'utf8')) as Report
  }

  /** Ends it, whatever it is doing, and takes its files away. */
  async stop(): Promise<void> {
    this.child.process.kill('SIGKILL')
    await this.child.exited
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** Polls, because the probe server tells nobody. */
  async #until(holds: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + WAIT_MS
    while (!(await holds().catch(() => false))) {
      const { exitCode, signalCode } = this.child.process
      if (exitCode !== null || signalCode !== null || performance.now() > deadline) {
        throw new Error(`it ended, or was not there in time:\n${this.child.stdout}\n${this.child.stderr}`)
      }
      await setTimeout(25)
    }
  }
}

/** Runs the guide's program as its own process on free ports of the loopback; process and files are gone when the test ends. */
export async function startProgram(
  t: TestContext,
  declaration: ProgramDeclaration,
  options: StartOptions = {},
): Promise<Program> {
  const program = await launch(declaration, { ...options, waitUntilReady: false })
  t.after(() => program.stop())
  if (options.waitUntilReady !== false) await program.ready()
  return program
}

/** The same for who stops it himself. */
export async function launch(
  declaration: ProgramDeclaration,
  { env = {}, waitUntilReady = true }: StartOptions = {},
): Promise<Program> {
  const folder = writeProgram(declaration)
  const ports = { port: await takePort(), probePort: await takePort() }
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(LASTCALL_|KUBERNETES_|NODE_)/.test(name),
  )
  const child = spawn(...commandOf(declaration), {
    cwd: declaration.command?.cwd ?? folder,
    env: {
      ...Object.fromEntries(inherited),
      PORT: String(ports.port),
      TLS_KEY: join(tls, 'key.pem'),
      TLS_CERT: join(tls, 'cert.pem'),
      CONTRACT_GATES: folder,
      LASTCALL_PROBE_PORT: String(ports.probePort),
      LASTCALL_PROBE_HOST: '127.0.0.1',
      LASTCALL_TERMINATION_LOG: join(folder, 'termination-log'),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const program = new Program(child, ports, folder)
  if (waitUntilReady) {
    await program.ready().catch(async (error: unknown) => {
      await program.stop()
      throw error
    })
  }
  return program
}

/** `exec env`, so that the signal goes to the program and not to a shell; this Node comes before any other. */
function commandOf({ guide, program = 'server.ts', command }: ProgramDeclaration): [string, string[]] {
  if (!command) return [process.execPath, [program]]
  const { beginsWith } = command
  const line = codeBlocksOf(guide)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ code }) => code.split('\n'))
    .find((candidate) => candidate.startsWith(beginsWith))
  if (line === undefined) throw new Error(`${guide} has no command like ${beginsWith}`)
  return ['sh', ['-c', `exec env ${line.replace(/ node /, ` ${process.execPath} `)}`]]
}
