import { markedProcesses } from '../../process/marked-processes.ts'

/** A program may start processes faster than they are found. Then the rest is left. */
const MAX_LOOKS = 20

/**
 * Sends SIGKILL to a process group, and to those who have left it for a group of their own. Looks again until
 * nobody new is found: a process may have started another one between the look and its end.
 * @param pid first process of the group; it may have ended
 * @param mark `NAME=value`, a variable that only this group has in its environment
 */
export function killGroup(pid: number, mark: string): void {
  kill(-pid)
  const killed = new Set<number>()
  for (let look = 0; look < MAX_LOOKS; look++) {
    const found = markedProcesses(mark).filter((one) => !killed.has(one))
    if (found.length === 0) return
    for (const one of found) {
      killed.add(one)
      kill(one)
    }
  }
}

function kill(target: number): void {
  try {
    process.kill(target, 'SIGKILL')
  } catch {
    // It has ended meanwhile.
  }
}
