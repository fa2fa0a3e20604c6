/**
 * Runs the main function of a benchmark. What it throws is said, with exit code 1; a signal ends it with 128
 * and the number of the signal. `end` ends its child processes, in every case.
 */
export async function runProgram(name: string, main: () => Promise<void>, end: () => void): Promise<void> {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.once(signal, () => {
      end()
      process.exit(code)
    })
  }
  try {
    await main()
  } catch (error) {
    console.error(`${name}: ${error instanceof Error ? error.message : String(error)}`)
    process.exitCode = 1
  } finally {
    end()
  }
}
