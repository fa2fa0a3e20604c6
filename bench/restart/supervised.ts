import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ControlAnswer, ControlCommand, SupervisorStatus } from '../../src/core/supervisor-status.ts'
import { askSupervisor } from '../../src/process/control-client.ts'
import { until } from './ask.ts'
import { Program } from './program.ts'

/** How a program of `servers` is supervised. */
export interface SupervisedOptions {
  /** File in `servers`. */
  readonly server: string
  /** Of this run alone: the control socket is there. */
  readonly folder: string
  /** Ports by the names of the sockets. */
  readonly ports: Readonly<Record<string, number>>
  /** Further flags of `lastcall run`. */
  readonly flags?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly core?: number | null
}

const cli = fileURLToPath(new URL('../../dist/cli/bin.js', import.meta.url))

/**
 * Times that let one restart follow another soon: with the defaults, a dozen generations would be ending at
 * once.
 */
export const shortTimes = {
  flags: ['--soak', '500ms', '--hand-over', '1s'],
  env: { LASTCALL_SHUTDOWN_DELAY: '1s' },
} as const

/** Path of a file in `servers`. */
export function serverFile(name: string): string {
  return fileURLToPath(new URL(`servers/${name}`, import.meta.url))
}

/** `lastcall run`, as it is built. */
export class Supervised {
  readonly program: Program
  readonly #control: string

  constructor({ server, folder, ports, flags = [], env = {}, core = null }: SupervisedOptions) {
    this.#control = join(folder, 'control.sock')
    const listen = Object.entries(ports).flatMap(([name, port]) => ['--listen', `${name}=127.0.0.1:${port}`])
    const run = ['run', ...listen, '--control', this.#control, '--no-probes', ...flags]
    const command = [process.execPath, cli, ...run, '--', process.execPath, serverFile(server)]
    this.program = new Program(command, { env: { LASTCALL_PROBE_PORT: '0', ...env }, core })
  }

  /** Starts it, and resolves when its first generation serves. */
  static async start(options: SupervisedOptions): Promise<Supervised> {
    const supervised = new Supervised(options)
    await until('the first generation serves', async () => {
      const status = await supervised.status()
      const hasFailed = supervised.program.hasEnded || (status !== null && status.lastFailure !== null)
      if (hasFailed) throw supervised.program.problem('does not serve')
      return status?.generations.some(({ phase }) => phase === 'serving') === true
    })
    return supervised
  }

  /** Process id of the generation that serves; null when none does, or the supervisor does not answer. */
  async serving(): Promise<number | null> {
    const status = await this.status()
    return status?.generations.find(({ phase }) => phase === 'serving')?.pid ?? null
  }

  /** Null when the supervisor does not answer. */
  async status(): Promise<SupervisorStatus | null> {
    const answer = await this.#ask({ command: 'status' }).catch(() => null)
    return answer?.ok === true ? (answer.status ?? null) : null
  }

  /** Resolves when one restart is completed. */
  async restart(): Promise<void> {
    const answer = await this.#ask({ command: 'restart', reason: 'bench:restart' })
    if (!answer.ok) throw this.program.problem(`did not restart (${answer.outcome}: ${answer.detail})`)
  }

  /** Resolves when one generation serves and no other one is left. */
  async settled(): Promise<void> {
    await until('one generation is left', async () => {
      const status = await this.status()
      const [only, ...others] = status?.generations ?? []
      return status?.state === 'serving' && only?.phase === 'serving' && others.length === 0
    })
  }

  end(): Promise<void> {
    return this.program.end()
  }

  #ask(command: ControlCommand): Promise<ControlAnswer> {
    return askSupervisor(this.#control, command)
  }
}
