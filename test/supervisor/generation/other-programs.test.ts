import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startQueueing } from '../../../src/supervisor/sockets/start-queueing.ts'
import { holdSockets, startTestGeneration } from '../../helpers/generation.ts'
import { httpGet } from '../../helpers/http-get.ts'
import { testWith } from '../../helpers/needs.ts'
import { temporaryFolder } from '../../helpers/temporary-folder.ts'

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../fixtures/generations/${name}`, import.meta.url))

/** Starts it with two sockets, asks it on the second one, and replaces it. */
async function servesFromInheritedSocket(t: TestContext, command: readonly string[]): Promise<void> {
  const sockets = await holdSockets(t, 'admin', 'http')
  startQueueing(sockets)
  const port = sockets[1]?.port ?? 0
  const first = startTestGeneration(t, { command, sockets })
  const ask = (): Promise<string> => httpGet(port, '/').then(({ body }) => body)
  assert.equal(await ask(), String(first.process.pid))
  first.process.signal('SIGTERM')
  await first.end()
  const queued = ask()
  const second = startTestGeneration(t, { id: 2, command, sockets })
  assert.equal(await queued, String(second.process.pid))
}

testWith('python3')('a Python server finds its socket by LISTEN_FDNAMES, with the right LISTEN_PID', (t) =>
  servesFromInheritedSocket(t, ['python3', fixture('listen-fds.py')]),
)

testWith('go')('a Go server finds its socket by LISTEN_FDNAMES, with the right LISTEN_PID', async (t) => {
  const program = join(temporaryFolder(t), 'server')
  execFileSync('go', ['build', '-o', program, fixture('go/main.go')], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  await servesFromInheritedSocket(t, [program])
})
