import assert from 'node:assert/strict'

import { metricTable } from '../../src/node/lifecycle/metric-table.ts'
import { needs } from '../helpers/needs.ts'
import { chartSuite, ofKind, refusal, renderChart, test, type Values } from './helm.ts'
import { judgeRules, series, type Series } from './promtool.ts'

const metrics = { podMonitor: { enabled: true }, prometheusRule: { enabled: true } }

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly labels: Readonly<Record<string, string>>
}
interface Spec {
  readonly groups: readonly [{ readonly name: string; readonly rules: readonly Rule[] }]
}

async function specOf(values: Values = {}): Promise<Spec> {
  return ofKind(await renderChart({ metrics, ...values }), 'PrometheusRule').spec as unknown as Spec
}

/** Labels of a scrape of this release through its PodMonitor, of one pod. */
const scraped = 'namespace="default", job="default/shop", pod="shop-5d4f-abcde"'
const foreign = 'namespace="default", job="default/shop-admin", pod="shop-admin-5d4f-abcde"'
const kube = 'namespace="default", pod="shop-5d4f-abcde", container="app"'

/** What kube-state-metrics tells of a pod: its container's restarts, and its ReplicaSet. */
const restarts = (labels: string, values = '0x8 1x20'): Series =>
  series('kube_pod_container_status_restarts_total', labels, values)
const killed = (code: number): Series =>
  series('kube_pod_container_status_last_terminated_exitcode', kube, `_x8 ${code}x20`)
const owned = (replicaSet: string, pod = 'shop-5d4f-abcde'): Series => {
  const owner = `owner_kind="ReplicaSet", owner_name="${replicaSet}"`
  return series('kube_pod_owner', `namespace="default", pod="${pod}", ${owner}`, '1x30')
}
const signalled = series('lastcall_shutdown_started_timestamp_seconds', scraped, '_x6 90 90 stale')

/**
 * Each alert with a story in which it fires at the given time, and others in which it does not. Samples are
 * 15 s apart, from 0 on.
 */
const stories: Readonly<
  Record<string, { at: string; fires: readonly Series[]; silent: readonly Series[][] }>
> = {
  LastcallForcedCloses: {
    at: '2m',
    // One sample in the last second of the pod, then nothing more.
    fires: [series('lastcall_forced_closes_total', `${scraped}, kind="request"`, '0 0 3 stale')],
    silent: [
      [series('lastcall_forced_closes_total', `${scraped}, kind="request"`, '0 0 0 stale')],
      [series('lastcall_forced_closes_total', `${foreign}, kind="request"`, '0 0 3 stale')],
    ],
  },
  LastcallDrainNearItsTimeout: {
    at: '2m',
    fires: [series('lastcall_phase_duration_seconds', `${scraped}, phase="draining"`, '0 13 stale')],
    silent: [
      [series('lastcall_phase_duration_seconds', `${scraped}, phase="draining"`, '0 12 stale')],
      [series('lastcall_phase_duration_seconds', `${scraped}, phase="delaying"`, '0 13 stale')],
    ],
  },
  LastcallShutdownOverdue: {
    at: '1m',
    fires: [
      series('lastcall_shutdown_started_timestamp_seconds', scraped, '15x10'),
      series('lastcall_state', `${scraped}, state="stopped"`, '0x10'),
    ],
    silent: [
      [
        series('lastcall_shutdown_started_timestamp_seconds', scraped, '30x10'),
        series('lastcall_state', `${scraped}, state="stopped"`, '0x10'),
      ],
      [
        series('lastcall_shutdown_started_timestamp_seconds', scraped, '15x10'),
        series('lastcall_state', `${scraped}, state="stopped"`, '1x10'),
      ],
    ],
  },
  LastcallGracePeriodExhausted: {
    at: '5m',
    // Scraped every 5 s: the next scrape would have come after SIGKILL.
    fires: [series('lastcall_shutdown_budget_left_seconds', scraped, '_ 19 4 stale')],
    silent: [
      [series('lastcall_shutdown_budget_left_seconds', scraped, '_ 19 6 stale')],
      [series('lastcall_shutdown_budget_left_seconds', foreign, '_ 19 4 stale')],
    ],
  },
  LastcallKilledInShutdown: {
    at: '5m',
    fires: [restarts(kube), killed(137), owned('shop-5d4f'), signalled],
    silent: [
      [restarts(kube), killed(1), owned('shop-5d4f'), signalled],
      [restarts(kube), killed(137), owned('shop-5d4f')],
      [restarts(kube), killed(137), owned('shop-admin-5d4f'), signalled],
      [restarts(kube, '1x30'), killed(137), owned('shop-5d4f'), signalled],
    ],
  },
  LastcallEndedWithoutReport: {
    at: '5m',
    fires: [restarts(kube), owned('shop-5d4f')],
    silent: [
      [restarts(kube), owned('shop-5d4f'), signalled],
      [restarts(kube, '1x30'), owned('shop-5d4f')],
      [restarts(kube.replace('"app"', '"proxy"')), owned('shop-5d4f')],
      [restarts(kube), owned('shop-admin-5d4f')],
    ],
  },
}

chartSuite('chart alerts', () => {
  test('they ask for metrics that exist, and each has its story here', async () => {
    const { groups } = await specOf()
    assert.deepEqual(
      groups[0].rules.map(({ alert }) => alert),
      Object.keys(stories),
    )
    const known = metricTable.map(({ name }) => `lastcall_${name}`)
    const used = groups[0].rules.flatMap(({ expr }) =>
      [...expr.matchAll(/\blastcall_\w+/g)].map(([name]) => name),
    )
    assert.deepEqual(
      used.filter((name) => !known.includes(name)),
      [],
    )
  })

  for (const [alert, { at, fires, silent }] of Object.entries(stories)) {
    test(`${alert} fires when it should, and only then`, needs('promtool'), async () => {
      const spec = await specOf()
      const { labels } = spec.groups[0].rules.find((rule) => rule.alert === alert)!
      assert.deepEqual(labels, { severity: 'warning' })
      const quiet = [[], ...silent].map((input_series) => ({
        interval: '15s',
        input_series,
        alert_rule_test: [{ eval_time: at, alertname: alert, exp_alerts: [] }],
      }))
      assert.equal(judgeRules(`${alert}-silent`, spec, quiet), '')
      const loud = { ...quiet[0]!, input_series: fires }
      assert.match(judgeRules(`${alert}-fires`, spec, [loud]), new RegExp(`got:\\[?[^]*alertname="${alert}"`))
    })
  }

  test('their numbers are those of the release', async () => {
    const { groups } = await specOf({ lifecycle: { drainTimeoutSeconds: 60, marginSeconds: 10 } })
    const expressions = groups[0].rules.map(({ expr }) => expr)
    assert.match(expressions[1]!, /> 48$/)
    assert.match(expressions[2]!, /> 82\n/)
  })

  test(
    'without a drain there is no alert on its length, and promtool accepts the rest',
    needs('promtool'),
    async () => {
      const spec = await specOf({ lifecycle: { drainTimeoutSeconds: 0 } })
      assert.equal(spec.groups[0].rules.length, Object.keys(stories).length - 1)
      assert.equal(judgeRules('no-drain', spec), '')
    },
  )

  test(
    'a rollout that force-closes in every pod sends one alert for each kind',
    needs('promtool'),
    async () => {
      const pods = ['a', 'b', 'c'].flatMap((pod) =>
        ['request', 'upgrade'].map((kind) =>
          series(
            'lastcall_forced_closes_total',
            `namespace="default", job="default/shop", pod="shop-5d4f-${pod}", kind="${kind}"`,
            '0 2 stale',
          ),
        ),
      )
      const spec = await specOf()
      const alert = spec.groups[0].rules.find((rule) => rule.alert === 'LastcallForcedCloses')!
      const wanted = ['request', 'upgrade'].map((kind) => ({
        labels: `{namespace="default", job="default/shop", kind="${kind}"}`,
        value: 6,
      }))
      const expression = { expr: alert.expr.replace(/ > 0$/, ''), eval_time: '2m', exp_samples: wanted }
      assert.equal(
        judgeRules('forced-closes', spec, [
          { interval: '15s', input_series: pods, promql_expr_test: [expression] },
        ]),
        '',
      )
    },
  )

  const thresholds: Readonly<Record<string, string>> = { '500ms': '0.5', '2s': '2', '1m30s': '8' }
  for (const [interval, seconds] of Object.entries(thresholds)) {
    test(`scraped every ${interval}, a pod counts as killed below ${seconds} s`, async () => {
      const { groups } = await specOf({
        metrics: { ...metrics, podMonitor: { enabled: true, interval, scrapeTimeout: '500ms' } },
      })
      const { expr } = groups[0].rules.find((rule) => rule.alert === 'LastcallGracePeriodExhausted')!
      assert.equal(expr.split(' < ')[1], seconds)
    })
  }

  test('they are refused without the PodMonitor whose job they look at', async () => {
    assert.match(
      await refusal({ metrics: { prometheusRule: { enabled: true } } }),
      /metrics\.podMonitor\.enabled is false/,
    )
  })

  test('there are none by default, because their kind need not exist', async () => {
    const kinds = (await renderChart()).map(({ kind }) => kind)
    assert.equal(kinds.includes('PrometheusRule'), false)
  })
})
