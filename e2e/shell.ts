import { type ChildProcess, spawn } from 'node:child_process'

/** Options of {@link run}. */
export interface RunOptions {
  readonly input?: string
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
  readonly signal?: AbortSignal
  /** Exit codes that are no failure. 0 */
  readonly accepted?: readonly number[]
}

const running = new Set<ChildProcess>()

/** Runs a command and resolves to what it printed; its stderr is shown when it fails. */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  options.signal?.throwIfAborted()
  // A group of its own: Ctrl-C reaches this program only, which then ends its children in order.
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    detached: true,
    stdio: 'pipe',
  })
  running.add(child)
  const stop = (): void => void child.kill('SIGTERM')
  options.signal?.addEventListener('abort', stop)
  child.stdin.on('error', () => {})
  child.stdin.end(options.input)
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', (error) =>
        reject(new Error(`${command} cannot be run: ${error.message}; is it installed and on PATH?`)),
      )
      child.once('close', resolve)
    })
    options.signal?.throwIfAborted()
    if (code === null || !(options.accepted ?? [0]).includes(code))
      throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${stderr}${stdout}`.slice(0, 4_000))
    return stdout
  } finally {
    running.delete(child)
    options.signal?.removeEventListener('abort', stop)
  }
}

/** Ends what {@link run} has started and not seen the end of. */
export function stopAll(): void {
  for (const child of running) child.kill('SIGKILL')
}

/** Resolves after a time, or at once when the run is ended. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
    if (signal.aborted) done()
  })
}
