import { markedProcesses } from '../../process/marked-processes.ts'

/**
 * Sends SIGKILL to a process group, and to those who have left it for a group of their own.
 * @param pid first process of the group; it may have ended
 * @param mark `NAME=value`, a variable that only this group has in its environment
 */
export function killGroup(pid: number, mark: string): void {
  for (const target of [-pid, ...markedProcesses(mark)]) {
    try {
      process.kill(target, 'SIGKILL')
    } catch {
      // It has ended meanwhile.
    }
  }
}
