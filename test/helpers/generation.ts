import { EventEmitter, once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import {
  type GenerationProcess,
  type GenerationSpec,
  startGeneration,
} from '../../src/supervisor/generation/generation.ts'
import type { Exit } from '../../src/supervisor/machine/state.ts'
import { bindSockets } from '../../src/supervisor/sockets/bind-sockets.ts'
import type { HeldSocket } from '../../src/supervisor/sockets/held-socket.ts'
import { cleanEnvironment } from './clean-environment.ts'
import { WAIT_MS, within } from './eventually.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** What test/fixtures/generations/app.ts tells about itself. */
export interface Hello {
  readonly pid: number
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly areSockets: readonly boolean[]
  readonly output: readonly number[]
  readonly sleepers: readonly number[]
}

/** A generation whose messages are waited for. */
export class TestGeneration {
  readonly messages: { readonly lastcall: string }[] = []
  readonly process: GenerationProcess
  readonly exited: Promise<{ readonly exit: Exit; readonly problem: string | undefined }>
  readonly #emitter = new EventEmitter()
  readonly #facts: string

  /** @param facts file that it writes before it says hello */
  constructor(facts: string, spec: Omit<GenerationSpec, 'onMessage' | 'onChannelLost' | 'onExit'>) {
    const { promise, resolve } = Promise.withResolvers<{ exit: Exit; problem: string | undefined }>()
    this.exited = promise
    this.#facts = facts
    this.process = startGeneration({
      ...spec,
      onMessage: (message) => {
        this.messages.push(message)
        this.#emitter.emit('message')
      },
      onChannelLost: () => {},
      onExit: (exit, problem) => resolve({ exit, problem }),
    })
  }

  /** Resolves to the message with this name, once so many of them have come. */
  async message(name: string, count = 1): Promise<{ readonly lastcall: string }> {
    const find = (): { readonly lastcall: string } | undefined =>
      this.messages.filter(({ lastcall }) => lastcall === name)[count - 1]
    const wait = async (): Promise<{ readonly lastcall: string }> => {
      for (;;) {
        const found = find()
        if (found) return found
        await once(this.#emitter, 'message')
      }
    }
    return within(WAIT_MS, `${count} × ${name}`, wait())
  }

  async hello(): Promise<Hello> {
    await this.message('hello')
    return JSON.parse(readFileSync(this.#facts, 'utf8')) as Hello
  }

  /** How it ended, within a bound. */
  end(): Promise<{ readonly exit: Exit; readonly problem: string | undefined }> {
    return within(WAIT_MS, 'the end of the generation', this.exited)
  }
}

const app = fileURLToPath(new URL('../fixtures/generations/app.ts', import.meta.url))

/**
 * Starts a generation, which is killed when the test ends; the fixture with an argument, when there is no
 * command.
 */
export function startTestGeneration(
  t: TestContext,
  spec: Partial<GenerationSpec> & { readonly behaviour?: string } = {},
): TestGeneration {
  const { behaviour = '', ...rest } = spec
  const env = cleanEnvironment()
  const facts = join(temporaryFolder(t), 'facts.json')
  const generation = new TestGeneration(facts, {
    id: 1,
    command: [process.execPath, app, behaviour],
    cwd: process.cwd(),
    sockets: [],
    ...rest,
    env: { ...(rest.env ?? env), FACTS: facts },
  })
  t.after(async () => {
    generation.process.killGroup()
    await generation.end()
  })
  return generation
}

/** Sockets on free ports of the loopback, until the test ends. */
export async function holdSockets(
  t: TestContext,
  ...names: readonly string[]
): Promise<readonly HeldSocket[]> {
  const sockets = await bindSockets(names.map((name) => ({ name, host: '127.0.0.1', port: 0 })))
  t.after(() => sockets.forEach((socket) => socket.close()))
  return sockets
}

/** Whether a process exists. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
