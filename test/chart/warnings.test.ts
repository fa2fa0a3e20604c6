import assert from 'node:assert/strict'

import { chartSuite, installNotes, refusal, renderChart, test, type Values } from './helm.ts'

const warned: readonly (readonly [Values, RegExp])[] = [
  [{ replicaCount: 1 }, /^One replica: .*no PodDisruptionBudget/m],
  [{ minReadySeconds: 0 }, /^minReadySeconds is 0: an old pod may go before/m],
  [{ lifecycle: { acceptLoss: true } }, /^lifecycle\.acceptLoss is true: .*may fail requests/m],
  [{ lifecycle: { shutdownDelaySeconds: 0 } }, /^lifecycle\.shutdownDelaySeconds is 0: keep-alive/m],
  [{ command: ['sh', '-c', 'migrate && node server.js'] }, /^command: sh is the first process.*exec/m],
  [{ command: ['/bin/bash', '-ec', 'node server.js'] }, /^command: \/bin\/bash is the first process/m],
  [
    { networkPolicy: { enabled: true }, metrics: { scrapeAnnotations: true } },
    /^networkPolicy\.probesFrom is empty: .*Prometheus/m,
  ],
  [{ args: ['sh', '-c', 'node server.js'] }, /^command: sh is the first process/m],
]

const fine: readonly Values[] = [
  {},
  { command: ['sh', '-c', 'migrate && exec node server.js'] },
  { command: ['sh', '-c', 'exec node server.js'] },
  { command: ['node', '--enable-source-maps', 'server.js'] },
  { lifecycle: { preStop: { mode: 'none' } } },
]

chartSuite('chart warnings', () => {
  for (const [values, wanted] of warned) {
    test(`${JSON.stringify(values)} is warned about`, async () => {
      assert.match(await installNotes(values), wanted)
    })
  }

  test('with failOnWarnings a warning is an error, for those who see no notes', async () => {
    const failOnWarnings = true
    for (const [values, wanted] of warned) {
      const [, words = ''] = /^\^(.*)$/.exec(wanted.source) ?? []
      const message = await refusal({ ...values, failOnWarnings })
      assert.match(message, new RegExp(`failOnWarnings is true: ${words}`))
    }
    for (const values of fine) await renderChart({ ...values, failOnWarnings })
  })

  for (const values of fine) {
    test(`${JSON.stringify(values)} is not`, async () => {
      const notes = await installNotes(values)
      for (const [, warning] of warned) assert.doesNotMatch(notes, warning)
    })
  }
})
