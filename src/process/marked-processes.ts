import { readdirSync, readFileSync } from 'node:fs'

/**
 * Processes that were started with this environment variable, on Linux; a child inherits it whatever session
 * it moves to. Elsewhere, and without the right to look, none is found.
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
    // It has ended meanwhile, or is somebody else's.
    return []
  }
}
