import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'

import { chartSuite, ofKind, renderChart, test } from '../chart/helm.ts'
import { anchorsOf, headingsOf, readPage, top } from './pages.ts'

const page = 'docs/runbooks/alerts.md'

interface Rule {
  readonly alert: string
  readonly annotations: Readonly<Record<string, string>>
}

async function rulesOf(values: Readonly<Record<string, unknown>> = {}): Promise<readonly Rule[]> {
  const metrics = { podMonitor: { enabled: true }, prometheusRule: { enabled: true, ...values } }
  const { spec } = ofKind(await renderChart({ metrics }), 'PrometheusRule')
  return (spec['groups'] as readonly { readonly rules: readonly Rule[] }[]).flatMap(({ rules }) => rules)
}

chartSuite('runbook links', () => {
  test('each alert links to a page of this repository, and to a heading that is on it', async () => {
    for (const { alert, annotations } of await rulesOf()) {
      const link = annotations['runbook_url'] ?? ''
      const [, path = '', anchor = ''] = /^https:\/\/[^#]+\/blob\/main\/([^#]+)#(.+)$/.exec(link) ?? []
      assert.ok(
        path !== '' && existsSync(`${top}${path}`),
        `${alert} links to ${link}: there is no such page`,
      )
      assert.ok(anchorsOf(path).has(anchor), `${alert} links to ${link}: ${path} has no such heading`)
    }
  })

  test('the page has a section for each alert, and for no other', async () => {
    const alerts = (await rulesOf()).map(({ alert }) => alert)
    assert.deepEqual(headingsOf(page, 2), alerts)
  })

  test('the guide to metrics lists each alert of the chart', async () => {
    const rows = [...readPage('docs/guides/metrics.md').matchAll(/^\| `(Lastcall\w+)`/gm)]
    const alerts = (await rulesOf()).map(({ alert }) => alert)
    assert.deepEqual(
      rows.map(([, alert]) => alert),
      alerts,
    )
  })

  test('a page of your own takes its place', async () => {
    const rules = await rulesOf({ runbookUrl: 'https://wiki.example/shop' })
    assert.deepEqual(
      rules.map(({ annotations }) => annotations['runbook_url']),
      rules.map(({ alert }) => `https://wiki.example/shop#${alert.toLowerCase()}`),
    )
  })
})
