import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { httpGet } from '../../helpers/http-get.ts'
import { takePort } from '../../helpers/ports.ts'
import { logged, runApp, untilServed } from './setup.ts'

const contract = fileURLToPath(new URL('../../contract', import.meta.url))

/** What each application, which lastcall has never heard of, says of its own clean-up. */
const apps: readonly (readonly [string, readonly string[]])[] = [
  ['express/server.cjs', ['cleanup: SIGTERM signal received: closing HTTP server', 'HTTP server closed']],
  ['koa/server.cjs', []],
  ['hono/server.mjs', ['cleanup']],
  ['nest/main.mjs', ['cleanup: onModuleDestroy', 'onApplicationShutdown SIGTERM']],
  ['fastify-close-with-grace/server.mjs', ['cleanup: SIGTERM', 'cleanup: onClose']],
  ['terminus/server.mjs', ['cleanup: starting cleanup', 'cleanup finished, server is shutting down']],
  ['http-terminator/server.mjs', ['cleanup', 'terminated']],
  ['next/.next/standalone/apps/next/server.js', []],
]

suite('lastcall/auto in frameworks', { concurrency: 2 }, () => {
  for (const [app, cleanup] of apps) {
    test(`${app.split('/')[0]}, unchanged: the last response, then its own handlers, then exit 0 (trap 48)`, async (t) => {
      const program = `${contract}/apps/${app}`
      assert.ok(existsSync(program), `${program} is not there: run node scripts/install-contract.ts`)
      const port = await takePort()
      const child = runApp(t, program, {
        env: { PORT: String(port), LASTCALL_SHUTDOWN_DELAY: '1s', LASTCALL_HOOKS_TIMEOUT: '10s' },
      })
      await untilServed(child, port)
      const slow = httpGet(port, '/slow')
      await child.line(/^slow$/)
      child.kill('SIGTERM')
      await logged(child, 'shutdownInitiated')
      const late = await httpGet(port, '/')
      assert.deepEqual([late.status, late.headers['connection']], [200, 'close'])
      const answer = await slow
      assert.deepEqual([answer.status, answer.headers['connection']], [200, 'close'])
      assert.deepEqual(await child.exit(), { code: 0, signal: null })
      const said = child.stdout.split('\n').slice(0, -1)
      assert.deepEqual(said.slice(said.indexOf('slow')), ['slow', 'slow answered', ...cleanup])
      const report = child.report()
      assert.deepEqual([report.clean, report.events[0]!.inFlight], [true, 1])
      assert.ok(report.hooks[0]!.ms < 5_000)
    })
  }
})
