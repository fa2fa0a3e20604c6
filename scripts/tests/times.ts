import { readdirSync, readFileSync } from 'node:fs'

/**
 * What one test file took: seconds on the clock, and of the processor, those of programs that it started and
 * waited for included.
 */
interface FileTime {
  readonly file: string
  readonly seconds: number
  readonly cpuSeconds: number
}

const SHOWN = 25

/** Prints the slowest files of a run, from what test/helpers/watchdog.ts wrote at the end of each. */
export function printTimes(folder: string): void {
  const times = readdirSync(folder)
    .map((name) => JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')) as FileTime)
    .toSorted((one, other) => other.seconds - one.seconds)
  const sum = (of: (time: FileTime) => number): string =>
    times.reduce((total, time) => total + of(time), 0).toFixed(0)
  console.log(
    `${times.length} files, ${sum(({ seconds }) => seconds)} s one after another, ${sum(({ cpuSeconds }) => cpuSeconds)} s of the processor`,
  )
  for (const { file, seconds, cpuSeconds } of times.slice(0, SHOWN)) {
    console.log(`${seconds.toFixed(1).padStart(7)} s ${cpuSeconds.toFixed(1).padStart(7)} s CPU  ${file}`)
  }
}
