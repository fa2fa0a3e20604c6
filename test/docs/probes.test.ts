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
    lifecycle.check('database', () => true)
    await lifecycle.start()
    const port = lifecycle.probeAddress?.port ?? 0
    const green = await httpGet(port, '/readyz?verbose')
    const shutdown = lifecycle.shutdown()
    const red = await httpGet(port, '/readyz')
    const shown = codeBlocksOf(page).filter(({ language }) => language === 'text')
    assert.deepEqual(
      shown.map(({ code }) => code),
      [green.body, red.body],
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
    host.advance(1_000)
    await shutdown
  })
})
