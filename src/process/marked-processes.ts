import { readdirSync, readFileSync } from 'node:fs'

/**
 * Processes that were started with this environment variable, on Linux. A child inherits it even in another
 * session. Returns none on other systems, or without the right to look.
 * @param variable `NAME=value`
 */
export function markedProcesses(variable: string): readonly number[] {
  return processIds().filter((pid) => environmentOf(pid).includes(variable))
}

function processIds(): readonly number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
  } catch {
    return []
  }
}

function environmentOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
  } catch {
    // The process has ended, or belongs to another user.
    return []
  }
}
