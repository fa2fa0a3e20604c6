import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { readTable } from '../../scripts/docs/markdown.ts'
import { httpGet } from '../helpers/http-get.ts'
import { makeLifecycle } from '../helpers/lifecycle.ts'
import { assertSameNames, plain } from './compare.ts'
import { codeBlocksOf, sectionOf } from './pages.ts'

const page = 'docs/reference/probes.md'

suite(page, () => {
  test('its examples and headers are what the probe server sends', async (t) => {
    const { lifecycle, host } = makeLifecycle(t, { shutdownDelayMs: 1_000 })
    const healthy = lifecycle.check('database', () => true)
    await lifecycle.start()
    const port = lifecycle.probeAddress?.port ?? 0
    const green = await httpGet(port, '/readyz?verbose')
    healthy[Symbol.dispose]()
    const deaf = lifecycle.check('database', () => new Promise(() => {}), { timeoutMs: 5 })
    const hanging = await httpGet(port, '/readyz')
    deaf[Symbol.dispose]()
    lifecycle.check('database', () => true)
    const shutdown = lifecycle.shutdown()
    const red = await httpGet(port, '/readyz')
    const shown = codeBlocksOf(page).filter(({ language }) => language === 'text')
    assert.deepEqual(
      shown.map(({ code }) => withoutTime(code)),
      [green.body, red.body, withoutTime(hanging.body)],
    )
    const rows = readTable(sectionOf(page, 'Headers')).slice(1)
    assertSameNames(page, plain(rows.map(([name = '']) => name)), Object.keys(green.headers))
    for (const [name, value = ''] of rows.map(plain)) {
      if (!['lastcall-state', 'content-length', 'date'].includes(name ?? ''))
        assert.ok(
          value.startsWith(String(green.headers[name ?? ''])),
          `${name} is ${String(green.headers[name ?? ''])}`,
        )
    }
    host.clock.advance(1_000)
    await shutdown
  })
})

/** The moment since when a check hangs, and for how long, are another each time. */
function withoutTime(body: string): string {
  return body.replace(/since \d{4}-\d\d-\d\dT[\d:.]+Z \(\d+ s\)$/m, 'since … (… s)')
}
