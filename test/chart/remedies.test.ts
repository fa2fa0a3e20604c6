import assert from 'node:assert/strict'

import { chartSuite, refusal, renderChart, test, type Values } from './helm.ts'

const nothing = { drainTimeoutSeconds: 0, hooksTimeoutSeconds: 0, marginSeconds: 0 }
const hookless = { preStop: { mode: 'none' } }
const enabled = true

/** Values that are refused, the remedy, and the values after each way to follow it literally. */
const remedies: readonly (readonly [Values, RegExp, ...Values[]])[] = [
  [
    { lifecycle: { preStop: { seconds: 0 }, shutdownDelaySeconds: 0 } },
    /set shutdownDelaySeconds to 5 or more, or preStop\.seconds to null, or acceptLoss to true/,
    { lifecycle: { preStop: { seconds: 0 }, shutdownDelaySeconds: 5 } },
    { lifecycle: { preStop: { seconds: null }, shutdownDelaySeconds: 0 } },
    { lifecycle: { preStop: { seconds: 0 }, shutdownDelaySeconds: 0, acceptLoss: true } },
  ],
  [
    { lifecycle: { ...hookless, shutdownDelaySeconds: 0 } },
    /, or preStop\.mode to auto, or acceptLoss/,
    { lifecycle: { preStop: { mode: 'auto' }, shutdownDelaySeconds: 0 } },
  ],
  [
    { lifecycle: { preStop: { mode: 'none', seconds: 0 }, shutdownDelaySeconds: 0 } },
    /, or preStop\.mode to auto and preStop\.seconds to null, or acceptLoss/,
    { lifecycle: { preStop: { mode: 'auto', seconds: null }, shutdownDelaySeconds: 0 } },
  ],
  [
    { lifecycle: { preStop: { seconds: 30 }, shutdownDelaySeconds: 0, ...nothing } },
    /2 s apart; raise drainTimeoutSeconds or marginSeconds/,
    { lifecycle: { preStop: { seconds: 30 }, shutdownDelaySeconds: 0, ...nothing, marginSeconds: 1 } },
  ],
  [
    {
      lifecycle: {
        preStop: { seconds: 30 },
        shutdownDelaySeconds: 0,
        ...nothing,
        terminationGracePeriodSeconds: 30,
      },
    },
    /2 s apart; raise terminationGracePeriodSeconds/,
    {
      lifecycle: {
        preStop: { seconds: 30 },
        shutdownDelaySeconds: 0,
        ...nothing,
        terminationGracePeriodSeconds: 31,
      },
    },
  ],
  [
    { lifecycle: { terminationGracePeriodSeconds: 29 } },
    /set it to at least 30, or to null/,
    { lifecycle: { terminationGracePeriodSeconds: 30 } },
    { lifecycle: { terminationGracePeriodSeconds: null } },
  ],
  [
    { profile: 'alb-ip', lifecycle: { preStop: { seconds: 0 } } },
    /set lifecycle\.preStop\.seconds to null \(70\) or to at least 38,/,
    { profile: 'alb-ip', lifecycle: { preStop: { seconds: null } } },
    { profile: 'alb-ip', lifecycle: { preStop: { seconds: 38 } } },
    { profile: '', lifecycle: { preStop: { seconds: 0 } } },
  ],
  [
    { profile: 'alb-ip', lifecycle: { preStop: { seconds: 1 }, shutdownDelaySeconds: 9 } },
    /set lifecycle\.preStop\.seconds to null \(70\) or to at least 31,/,
    { profile: 'alb-ip', lifecycle: { preStop: { seconds: 31 }, shutdownDelaySeconds: 9 } },
  ],
  [
    { profile: 'alb-ip', lifecycle: { ...hookless, shutdownDelaySeconds: 1 } },
    /set lifecycle\.shutdownDelaySeconds to null \(70\) or to at least 40,/,
    { profile: 'alb-ip', lifecycle: { ...hookless, shutdownDelaySeconds: null } },
    { profile: 'alb-ip', lifecycle: { ...hookless, shutdownDelaySeconds: 40 } },
  ],
  [
    { commonLabels: { 'app.kubernetes.io/instance': 'other' } },
    /app\.kubernetes\.io\/instance belongs .*; leave it out, it is the name of the release/,
    {},
  ],
  [
    { podLabels: { 'app.kubernetes.io/name': 'web' } },
    /app\.kubernetes\.io\/name belongs .*; leave it out, and set nameOverride instead/,
    { nameOverride: 'web' },
  ],
  [
    {
      env: [
        { name: 'A', value: '1' },
        { name: 'A', value: '2' },
      ],
    },
    /env: A is there twice: .*; keep one of them/,
    { env: [{ name: 'A', value: '1' }] },
  ],
  [
    { extraPorts: [{ name: 'h2c', port: 3_000 }] },
    /h2c is port 3000, .*; give it another/,
    { extraPorts: [{ name: 'h2c', port: 3_001 }] },
  ],
  [
    { service: { enabled: false }, ingress: { enabled, hosts: [{}] } },
    /set service\.enabled to true, or ingress\.enabled to false/,
    { service: { enabled }, ingress: { enabled, hosts: [{}] } },
    { service: { enabled: false }, ingress: { enabled: false, hosts: [{}] } },
  ],
  [
    { service: { enabled: false }, profile: 'alb-ip' },
    /leave profile empty, or set service\.enabled to true if requests come through a Service of your own/,
    { service: { enabled: false }, profile: '' },
    { service: { enabled }, profile: 'alb-ip' },
  ],
]

chartSuite('chart remedies', () => {
  for (const [values, remedy, ...followed] of remedies) {
    test(`${JSON.stringify(values)}: the remedy works when it is followed literally`, async () => {
      assert.match(await refusal(values), remedy)
      for (const repaired of followed) await renderChart(repaired)
    })
  }
})
