import { spawnSync } from 'node:child_process'

/** Runs a command to its end. Throws with what it wrote when that is no success. */
export function run(command: string, args: readonly string[]): void {
  const { status, error, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: 120_000 })
  if (error) throw error
  if (status !== 0) throw new Error(`${command} ended with ${status}:\n${stdout}${stderr}`)
}
