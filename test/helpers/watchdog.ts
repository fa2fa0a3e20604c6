/**
 * Preloaded into every test file by scripts/test.ts. `--test-timeout` ends a test, but the file's process
 * stays for as long as a handle is open: without this one
 * forgotten timer holds the whole run. Here such a file ends by itself, fails, and names what it left open.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { after, beforeEach } from 'node:test'
import { Worker } from 'node:worker_threads'

/**
 * How long a file may stay after its last test: a socket or a child that is about to close needs a moment.
 */
const LINGER_MS = Number(process.env['TEST_LINGER_MS'] ?? 15_000)
/** How long a file may take in all. Several tests that time out one after another would take hours. */
const LIMIT_MS = Number(process.env['TEST_FILE_LIMIT_MS'] ?? 300_000)

/** What scripts/test.ts looks for in the output of a file. */
const MARK = '[watchdog]'

let lingering: NodeJS.Timeout | undefined

beforeEach(() => clearTimeout(lingering))

let isOver = false

// The hook of the root runs when every test that is known has ended, with its own hooks.
after(() => {
  isOver = true
  process.on('exit', skipCleanUp)
  lingering = setTimeout(() => {
    console.error(
      `${MARK} ${process.argv[1]}: still open ${LINGER_MS / 1_000} s after the last test: ${openHandles()}`,
    )
    process.exit(1)
  }, LINGER_MS).unref()
})

// Code under test that calls process.exit(0) would end the file with half of its tests, and the runner would
// count it as passed. A program that a test forks inherits this file, and may exit when it likes.
if (process.ppid === Number(process.env['TEST_RUNNER_PID'])) {
  process.on('exit', (code) => {
    if (isOver || code !== 0) return
    console.error(`${MARK} ${process.argv[1]}: exited with 0 before its last test had ended`)
    process.exitCode = 1
  })
}

/**
 * A process that ends by itself waits in Node's clean-up for requests to the kernel that will never be
 * answered (`Environment::CleanupHandles`, seen in 3 of 24 runs of an HTTP/2 file: the main thread turns for
 * ever, and the thread that watches is gone by then). `process.exit()` has no such clean-up; this ends as it
 * does.
 */
function skipCleanUp(code: number): void {
  ;(process as unknown as { reallyExit(code: number): never }).reallyExit(Number(process.exitCode ?? code))
}

/** What keeps the process, each kind with its number. The pipes are those of the output. */
function openHandles(): string {
  const counts = new Map<string, number>()
  for (const name of process.getActiveResourcesInfo()) counts.set(name, (counts.get(name) ?? 0) + 1)
  counts.delete('PipeWrap')
  return [...counts].map(([name, count]) => (count === 1 ? name : `${count} ${name}`)).join(', ')
}

// A thread of its own, because a loop that never ends lets no timer of the main thread fire.
const source = `
  const { writeSync } = require('node:fs')
  setTimeout(() => {
    writeSync(2, ${JSON.stringify(`${MARK} ${process.argv[1]}: not over after ${LIMIT_MS / 1_000} s, killed\n`)})
    process.kill(process.pid, 'SIGKILL')
  }, ${LIMIT_MS})`
new Worker(source, { eval: true, execArgv: [], env: {} }).unref()

// For `npm test -- --times`.
const times = process.env['TEST_TIMES']
delete process.env['TEST_TIMES']
if (times !== undefined) {
  process.once('exit', () => {
    const file = relative(process.cwd(), process.argv[1] ?? '')
    const { userCPUTime, systemCPUTime } = process.resourceUsage()
    const cpuSeconds = (userCPUTime + systemCPUTime) / 1e6 + childSeconds()
    const entry = { file, seconds: performance.now() / 1_000, cpuSeconds }
    writeFileSync(`${times}/${process.pid}.json`, JSON.stringify(entry))
  })
}

/**
 * Of programs that have ended: fields 16 and 17 of proc_pid_stat(5), in hundredths of a second. 0 where
 * there is no such file.
 */
function childSeconds(): number {
  try {
    const fields = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return (Number(fields[13]) + Number(fields[14])) / 100
  } catch {
    return 0
  }
}
