import { type ChildProcess, spawn } from 'node:child_process'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Child } from '../../helpers/child.ts'
import { httpGet } from '../../helpers/http-get.ts'

/** Where `lastcall/auto` is in this checkout. */
export const auto: string = new URL('../../../src/integrations/auto/index.ts', import.meta.url).href

/** How a program is run. */
export interface RunOptions {
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Whether lastcall is imported. true */
  readonly withAuto?: boolean
  /** What the program is run with, before Node. */
  readonly command?: readonly string[]
}

/**
 * Runs an unchanged program, by its path (from this folder), with lastcall in NODE_OPTIONS; it is killed when
 * the test ends.
 */
export function runApp(t: TestContext, app: string, options: RunOptions = {}): Child {
  const program = fileURLToPath(new URL(app, import.meta.url))
  const command = [...(options.command ?? []), process.execPath, program, ...(options.args ?? [])]
  return runCommand(t, command, options)
}

/**
 * Runs a program that runs Node, with lastcall in NODE_OPTIONS; it is killed when the test ends, and with it
 * all processes that it has started.
 */
export function runCommand(t: TestContext, words: readonly string[], options: RunOptions = {}): Child {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(LASTCALL_|KUBERNETES_|NODE_)/.test(name),
  )
  const [command = process.execPath, ...args] = words
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: {
      ...Object.fromEntries(inherited),
      ...(options.withAuto !== false && { NODE_OPTIONS: `--import ${auto}` }),
      LASTCALL_PROBE_PORT: 'false',
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  t.after(() => killGroup(child))
  return new Child(child)
}

/**
 * The group of a detached child is its own. A runner that is killed leaves the server behind that it has
 * started.
 */
function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // ESRCH: all of them have ended.
  }
}

/** Port that the program says it listens on. */
export async function portOf(child: Child, line = /^listening \d/): Promise<number> {
  return Number((await child.line(line)).split(' ')[1])
}

/** Resolves when lastcall has logged this event. */
export async function logged(child: Child, event: string): Promise<void> {
  await child.line(new RegExp(`"event":"${event}"`), 'stderr')
}

/** Resolves when the program answers; rejects when it ends before. */
export async function untilServed(child: Child, port: number): Promise<void> {
  const ended = child.exit().then(() => Promise.reject(new Error(`it ended:\n${child.stderr}`)))
  ended.catch(() => {})
  for (let up = false; !up;) {
    const answer = httpGet(port, '/').then(
      ({ status }) => status === 200,
      () => new Promise<boolean>((resolve) => setTimeout(resolve, 25, false)),
    )
    up = await Promise.race([answer, ended])
  }
}
