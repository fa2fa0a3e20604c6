import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Report } from '../../src/core/report.ts'
import type { StateName } from '../../src/core/state.ts'
import { Child } from '../helpers/child.ts'
import { type Answer, httpGet } from '../helpers/http-get.ts'
import { takePort } from '../helpers/ports.ts'
import type { ProgramDeclaration } from './declaration.ts'
import { commandOf, writeProgram } from './guide-program.ts'

export type { ProgramDeclaration } from './declaration.ts'

/** How a program is started. */
export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>
  /** Whether to wait until it is ready. true */
  readonly waitUntilReady?: boolean
}

const tls = fileURLToPath(new URL('../fixtures/tls', import.meta.url))
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

/**
 * Runs the guide's program as its own process on free ports of the loopback; process and files are gone when
 * the test ends.
 */
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

/** Runs the program beside the files that the page shows, and ends it as soon as it is ready. */
export async function endsCleanlyAsShown(
  t: TestContext,
  declaration: ProgramDeclaration,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const pod = await startProgram(t, { ...declaration, asShown: true }, { env })
  pod.signal()
  assert.deepEqual(await pod.exit(), { code: 0, signal: null })
  assert.equal(pod.report().clean, true)
}

/** The same for a caller that stops the program itself. */
export async function launch(
  declaration: ProgramDeclaration,
  { env = {}, waitUntilReady = true }: StartOptions = {},
): Promise<Program> {
  const folder = writeProgram(declaration)
  const ports = { port: await takePort(), probePort: await takePort() }
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(LASTCALL_|KUBERNETES_|NODE_)/.test(name),
  )
  const child = spawn(...commandOf(declaration, folder), {
    cwd: declaration.cwd ?? declaration.command?.cwd ?? folder,
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
