import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { SupervisorStatus } from '../../src/core/supervisor-status.ts'
import { askSupervisor } from '../../src/process/control-client.ts'
import { withOwnPid } from '../../src/supervisor/generation/child-environment.ts'
import type { HeldSocket } from '../../src/supervisor/sockets/held-socket.ts'
import { Child } from './child.ts'
import { cleanEnvironment } from './clean-environment.ts'
import { eventually } from './eventually.ts'
import { httpGet } from './http-get.ts'
import { takePort } from './ports.ts'

/** What the supervised program of the tests does; see test/fixtures/supervisor/app.ts. */
export interface Release {
  readonly version: string
  readonly behaviour?: 'ends at once' | 'never ready' | 'has hooks'
  /** 0 */
  readonly shutdownDelayMs?: number
  /** 5,000 */
  readonly drainTimeoutMs?: number
}

/** What the program answers. */
export interface Answered {
  readonly pid: number
  readonly version: string
  readonly generation: string
  /** SETTING in its environment. */
  readonly setting?: string
}

/** How a {@link startSupervised} is started. */
export interface SupervisedOptions {
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly release?: Release
  /** The supervised command; the program above, when left out. */
  readonly command?: readonly string[]
  /** What `lastcall` is run with, such as `unshare`. */
  readonly before?: readonly string[]
  readonly cwd?: string
  /** The socket called http, passed as systemd does; `lastcall run` binds one itself, when left out. */
  readonly activated?: HeldSocket
  /** Whether it answers probes, on a port of its own. false */
  readonly probes?: boolean
}

/** A running `lastcall run`. */
export class Supervised {
  readonly child: Child
  readonly port: number
  readonly probePort: number
  readonly folder: string
  readonly control: string

  constructor(child: Child, ports: { readonly port: number; readonly probePort: number }, folder: string) {
    this.child = child
    this.port = ports.port
    this.probePort = ports.probePort
    this.folder = folder
    this.control = join(folder, 'control.sock')
  }

  /** What the next generation will be. */
  release(release: Release): void {
    writeFileSync(join(this.folder, 'release.json'), JSON.stringify(release))
  }

  async get(path = '/'): Promise<Answered> {
    return JSON.parse((await httpGet(this.port, path)).body) as Answered
  }

  async status(): Promise<SupervisorStatus> {
    const answer = await askSupervisor(this.control, { command: 'status' })
    if (!answer.ok || !answer.status) throw new Error(JSON.stringify(answer))
    return answer.status
  }

  /** Restarts, and resolves to how that ended. */
  async restart(): Promise<string> {
    const answer = await askSupervisor(this.control, { command: 'restart', reason: 'test' })
    return answer.ok ? 'completed' : answer.outcome
  }

  /**
   * Resolves when no generation accepts any more that has been told not to. Each answers on its channel in
   * order, so that one that answers has heard of it.
   */
  async settles(): Promise<void> {
    await eventually('no old generation accepts', async () => {
      const { generations } = await this.status()
      return generations.every(({ phase, state }) => !['paused', 'ending'].includes(phase) || state !== null)
    })
  }

  /** Resolves when this generation serves, and the old one accepts nothing more. */
  async soaks(generation: number): Promise<void> {
    await this.serves(generation)
    await eventually('the old generation is to pause', async () => {
      return (await this.status()).generations[0]?.phase === 'paused'
    })
    await this.settles()
  }

  /** Resolves when this generation serves. */
  async serves(generation: number): Promise<void> {
    await this.child.line(new RegExp(`generation ${generation} serves`), 'stderr')
  }
}

/** The command line `lastcall`. */
export const bin: string = fileURLToPath(new URL('../../src/cli/bin.ts', import.meta.url))
/** The supervised program. */
export const app: string = fileURLToPath(new URL('../fixtures/supervisor/app.ts', import.meta.url))

/** Starts `lastcall run`, with times that suit a test; it is killed when the test ends. */
export async function startSupervised(t: TestContext, options: SupervisedOptions = {}): Promise<Supervised> {
  const folder = mkdtempSync(join(tmpdir(), 'lastcall-run-'))
  const { activated, probes = false } = options
  const port = activated?.port ?? (await takePort())
  const probePort = await takePort()
  writeFileSync(join(folder, 'release.json'), JSON.stringify(options.release ?? { version: '1' }))
  const command = [
    ...(options.before ?? []),
    ...(activated ? withOwnPid(['LISTEN_PID'], []) : []),
    process.execPath,
    bin,
    'run',
    `--listen=http=127.0.0.1:${port}`,
    `--control=${join(folder, 'control.sock')}`,
    '--soak=100ms',
    '--hand-over=0',
    '--ready-timeout=20s',
    ...(probes ? ['--probe-host=127.0.0.1', `--probe-port=${probePort}`] : ['--no-probes']),
    ...(options.args ?? []),
    '--',
    ...(options.command ?? [process.execPath, app]),
  ]
  const child = spawn(command[0] ?? '', command.slice(1), {
    cwd: options.cwd ?? folder,
    env: {
      ...cleanEnvironment(),
      RELEASE: join(folder, 'release.json'),
      PORT: String(port),
      ...(activated && { LISTEN_FDS: '1', LISTEN_FDNAMES: activated.name }),
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe', ...(activated ? [activated.fd] : [])],
  })
  const supervised = new Supervised(new Child(child), { port, probePort }, folder)
  t.after(async () => {
    // A generation ends by itself when its supervisor is gone.
    child.kill('SIGKILL')
    await supervised.child.exited
    rmSync(folder, { recursive: true, force: true })
  })
  return supervised
}
