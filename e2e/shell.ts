import { execa, type Options } from 'execa'

/** What `lastcall rollout` needs at most to take its agent away when it is told to end. */
const CLEAN_UP_MS = 30_000

/** Options of {@link run}: those of execa, whose `env` comes beside the environment of this process. */
export type RunOptions = Pick<Options, 'input' | 'env' | 'cancelSignal'> & {
  /** Exit codes that are no failure. 0 */
  readonly accepted?: readonly number[]
}

/** Runs a command and resolves to what it printed; its stderr is shown when it fails. */
export async function run(
  command: string,
  args: readonly string[],
  { accepted = [0], ...options }: RunOptions = {},
): Promise<string> {
  options.cancelSignal?.throwIfAborted()
  const ended = await execa(command, args, {
    ...options,
    // A group of its own: Ctrl-C reaches this program only, which then ends its children in order.
    killDescendants: true,
    forceKillAfterDelay: CLEAN_UP_MS,
    reject: false,
  })
  options.cancelSignal?.throwIfAborted()
  if (ended.exitCode !== undefined && accepted.includes(ended.exitCode)) return ended.stdout
  const hint = ended.code === 'ENOENT' ? `; is ${command} installed and on PATH?` : ''
  throw new Error(`${ended.message}${hint}`.slice(0, 4_000))
}

/** As `Promise.all`, but rejects only when all of it has ended: nothing goes on beside the clean-up. */
export async function together<Work extends readonly unknown[]>(
  work: readonly [...Work],
): Promise<{ -readonly [Index in keyof Work]: Awaited<Work[Index]> }> {
  await Promise.allSettled(work)
  return Promise.all(work)
}
