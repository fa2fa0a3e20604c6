import assert from 'node:assert/strict'

import { needs } from '../helpers/needs.ts'
import { chartSuite, ofKind, renderChart, test } from './helm.ts'
import { judgeRules, series, type Series } from './promtool.ts'

const metrics = { podMonitor: { enabled: true }, prometheusRule: { enabled: true } }
/** Alerts that look at restarts; whether the pod of their story was seen to begin its shutdown. */
const alerts = { LastcallKilledInShutdown: true, LastcallEndedWithoutReport: false }
const lengths = Array.from({ length: 24 }, (_, index) => 40 + index)

/**
 * The name that Kubernetes gives a pod. The API server keeps 58 characters of what it generates a name from,
 * and adds 5 random ones (kubernetes/kubernetes
 * `staging/src/k8s.io/apiserver/pkg/storage/names/generate.go`).
 */
const podOf = (replicaSet: string, random: string): string => `${`${replicaSet}-`.slice(0, 58)}${random}`

/** What Prometheus knows of a pod that was killed in its shutdown, or without one, and started again. */
function restarted(name: string, random: string, hasShutdown: boolean): readonly Series[] {
  const replicaSet = `${name}-7d9c5b8f64`
  const owner = `owner_kind="ReplicaSet", owner_name="${replicaSet}"`
  return restartedPod(name, podOf(replicaSet, random), owner, hasShutdown)
}

function restartedPod(name: string, podName: string, owner: string, hasShutdown: boolean): readonly Series[] {
  const pod = `namespace="default", pod="${podName}"`
  const shutdown = series(
    'lastcall_shutdown_started_timestamp_seconds',
    `${pod}, job="default/${name}"`,
    '_x6 90 90 stale',
  )
  return [
    series('kube_pod_container_status_restarts_total', `${pod}, container="app"`, '0x8 1x20'),
    series('kube_pod_container_status_last_terminated_exitcode', `${pod}, container="app"`, '_x8 137x20'),
    series('kube_pod_owner', `${pod}, ${owner}`, '1x30'),
    ...(hasShutdown ? [shutdown] : []),
  ]
}

chartSuite('pods that alerts look for', () => {
  test('a name above 46 characters costs the pod a hyphen, one above 58 its end', () => {
    assert.match(podOf(`${'a'.repeat(46)}-7d9c5b8f64`, 'x2v4z'), /^a{46}-\w{10}-\w{5}$/)
    assert.match(podOf(`${'a'.repeat(47)}-7d9c5b8f64`, 'x2v4z'), /^a{47}-\w{15}$/)
    assert.match(podOf(`${'a'.repeat(63)}-7d9c5b8f64`, 'x2v4z'), /^a{58}\w{5}$/)
  })

  test(
    'alerts on restarts know their pods, and no others, by names of 40 to 63 characters',
    needs('promtool'),
    async () => {
      const verdicts = lengths.map(async (length) => {
        // The two names differ in their last character only, which the pods of the longest do not have.
        const [own, other] = ['a', 'b'].map((end) => `${'x'.repeat(length - 1)}${end}`) as [string, string]
        const manifests = await renderChart({ fullnameOverride: own, metrics })
        const { spec } = ofKind(manifests, 'PrometheusRule')
        const pod = podOf(`${own}-7d9c5b8f64`, 'x2v4z')
        const exp_labels = { namespace: 'default', pod, container: 'app', severity: 'warning' }
        const stories = Object.entries(alerts).map(([alertname, hasShutdown]) => {
          const exp_annotations = annotationsOf(spec, alertname, pod)
          return {
            interval: '15s',
            input_series: [
              ...restarted(own, 'x2v4z', hasShutdown),
              ...restarted(other, 'k7m9t', hasShutdown),
            ],
            alert_rule_test: [{ eval_time: '5m', alertname, exp_alerts: [{ exp_labels, exp_annotations }] }],
          }
        })
        return judgeRules(`name-${length}`, spec, stories)
      })
      const problems = (await Promise.all(verdicts)).filter((problem) => problem !== '')
      assert.deepEqual(problems, [], problems.join('\n'))
    },
  )

  test('alerts on restarts know the pods of a StatefulSet, and no others', needs('promtool'), async () => {
    const manifests = await renderChart({ kind: 'StatefulSet', fullnameOverride: 'shop', metrics })
    const { spec } = ofKind(manifests, 'PrometheusRule')
    const exp_labels = { namespace: 'default', pod: 'shop-0', container: 'app', severity: 'warning' }
    const stories = Object.entries(alerts).map(([alertname, hasShutdown]) => {
      const exp_annotations = annotationsOf(spec, alertname, 'shop-0')
      const pods = ['shop', 'shop-admin'].map((name) => {
        const owner = `owner_kind="StatefulSet", owner_name="${name}"`
        return restartedPod(name, `${name}-0`, owner, hasShutdown)
      })
      const alert_rule_test = [{ eval_time: '5m', alertname, exp_alerts: [{ exp_labels, exp_annotations }] }]
      return { interval: '15s', input_series: pods.flat(), alert_rule_test }
    })
    const problems = judgeRules('stateful-set', spec, stories)
    assert.equal(problems, '', problems)
  })
})

interface Rule {
  readonly alert: string
  readonly annotations: Readonly<Record<string, string>>
}

/** Annotations of a rule as Prometheus fills them in for a pod. */
function annotationsOf(spec: unknown, name: string, pod: string): Rule['annotations'] {
  const { groups } = spec as { groups: readonly { rules: readonly Rule[] }[] }
  const found = groups.flatMap(({ rules }) => rules).find(({ alert }) => alert === name)
  assert.ok(found, `there is no rule ${name}`)
  const texts = Object.entries(found.annotations)
  return Object.fromEntries(texts.map(([key, text]) => [key, text.replaceAll('{{ $labels.pod }}', pod)]))
}
