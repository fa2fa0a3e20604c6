import { spawn } from 'node:child_process'

/** A test that hangs has noticed as well; on a busy machine a healthy one takes some seconds. */
const TEST_TIMEOUT_MS = 20_000
const FILE_LIMIT_MS = 120_000

/**
 * Whether a test file passes in that folder. It is ended at its first failure, with all that it has started.
 */
export function passes(folder: string, test: string): Promise<boolean> {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const args = ['--import', './test/helpers/watchdog.ts', `--test-timeout=${TEST_TIMEOUT_MS}`]
  const child = spawn(process.execPath, [...args, '--test-reporter=tap', test], {
    cwd: folder,
    env: { ...env, TEST_FILE_LIMIT_MS: String(FILE_LIMIT_MS), TEST_LINGER_MS: '8000' },
    // A group of its own, so that nothing that a broken program has started outlives it.
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const kill = (): void => {
    if (child.pid === undefined) return
    try {
      process.kill(-child.pid, 'SIGKILL')
    } catch {
      // The group has ended by itself.
    }
  }
  const limit = setTimeout(kill, FILE_LIMIT_MS + 10_000)
  return new Promise((resolve) => {
    let tail = ''
    let hasFailed = false
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      tail = (tail + chunk).slice(-10_000)
      if (hasFailed || !/^ *not ok /m.test(tail)) return
      hasFailed = true
      kill()
    })
    child.once('exit', (code) => {
      clearTimeout(limit)
      kill()
      resolve(code === 0 && !hasFailed)
    })
  })
}
