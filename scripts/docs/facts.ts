import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { exitCodes } from '../../src/cli/exit-codes.ts'
import { realIo } from '../../src/cli/io.ts'
import { createLargeCommands } from '../../src/cli/large-commands.ts'
import { createSmallCommands } from '../../src/cli/small-commands.ts'
import { liveness, readiness, startup, type Verdict } from '../../src/core/probe.ts'
import { type State, stateNames } from '../../src/core/state.ts'
import { instruments } from '../../src/integrations/opentelemetry/instruments.ts'
import { lanes } from '../../src/load/lanes/index.ts'
import { metricTable } from '../../src/node/lifecycle/metric-table.ts'
import type { Snapshot } from '../../src/node/types.ts'
import { causes } from '../../src/rollout/causes.ts'
import { endings } from '../../src/rollout/endings.ts'
import { exampleShutdown } from '../../test/helpers/example-shutdown.ts'
import type { Table } from './markdown.ts'
import { supervisorMetricTable } from '../../src/supervisor/metrics/supervisor-metrics.ts'

/** Made once: each one listens for errors of the output. */
const io = realIo()

/** The commands of the CLI by their words (`rollout`, `kube patch`), made and not run. */
export function commands(): ReadonlyMap<string, Command> {
  const all = [createLargeCommands, createSmallCommands].flatMap((create) => create(io, () => undefined))
  const named = (one: Command, words: string): readonly (readonly [string, Command])[] =>
    one.commands.length === 0
      ? [[words, one]]
      : one.commands.flatMap((below) => named(below, `${words} ${below.name()}`))
  return new Map(all.flatMap((one) => named(one, one.name())))
}

/** Every flag of a command with the words of its `--help`. */
export function flagsTable(name: string): Table {
  const command = commands().get(name)
  const rows = (command?.options ?? []).map(({ flags, description, mandatory }) => [
    `\`${flags}\``,
    mandatory ? `${description} (required)` : description,
  ])
  return [['flag', 'meaning'], ...rows]
}

/** The exit codes of every command. */
export function exitCodesTable(): Table {
  const names = ['rehearse', 'rollout', 'load', 'kube patch', 'kube check', 'run', 'control'] as const
  const rows = exitCodes.map((row) => [row.code, ...names.map((name) => row[name])])
  const heads = names.map((name) => (name === 'control' ? 'restart, status, stop, hammer' : name))
  return [['code', ...heads.map((head) => `\`${head}\``)], ...rows]
}

/** What makes requests fail, and what to do about it. */
export function causesTable(): Table {
  const rows = causes.map(({ title, error, happened, helps }) => [error, `**${title}**: ${happened}`, helps])
  return [['error', 'what happened', 'what helps'], ...rows]
}

/** How pods end, and what to do about it. */
export function endingsTable(): Table {
  const rows = Object.entries(endings).map(([name, { happened, helps = '' }]) => [
    `\`${name}\``,
    `It ${happened}`,
    helps,
  ])
  return [['end', 'what happened', 'what helps'], ...rows]
}

/** Every lane with what it sends and what it meets. */
export function lanesTable(): Table {
  return [
    ['lane', 'what it sends', 'what it meets'],
    ...lanes.map(({ name, sends, meets }) => [`\`${name}\``, sends, meets]),
  ]
}

/** What the probe server answers in each state, without checks. */
export function probesTable(): Table {
  const rows = stateNames.flatMap((name) =>
    statesNamed(name).map(([words, state]) => [
      words,
      ...[startup(state), liveness(state, false), liveness(state, true), readiness(state)].map(status),
    ]),
  )
  const strict = '`/livez` with `livenessFailsOnShutdown`'
  return [['state', '`/startupz`', '`/livez`', strict, '`/readyz`'], ...rows]
}

const status = (verdict: Verdict): string => (verdict.ok ? '200' : '503')

function statesNamed(name: State['name']): readonly (readonly [string, State])[] {
  switch (name) {
    case 'starting':
      return [[`\`${name}\``, { name, completed: false, heldBy: null }]]
    case 'ready':
      return [[`\`${name}\``, { name }]]
    case 'unready':
      return [[`\`${name}\``, { name, reason: '' }]]
    case 'stopped':
      return [[`\`${name}\``, { name, shutdown: exampleShutdown(true), exitCode: 0 }]]
    case 'delaying':
    case 'draining':
    case 'stopping':
      return [
        [`\`${name}\`, until \`readinessFailDelayMs\` is over`, { name, shutdown: exampleShutdown(false) }],
        [`\`${name}\``, { name, shutdown: exampleShutdown(true) }],
      ]
  }
}

const snapshot: Snapshot = {
  state: 'draining',
  servers: [
    {
      name: 'main',
      scheme: 'http',
      inFlight: { request: 0, stream: 0, upgrade: 0 },
      oldestInFlightMs: { request: 0, stream: 0, upgrade: 0 },
      connections: { active: 0, idle: 0 },
      lastNewConnectionAt: 0,
    },
  ],
  workInFlight: 0,
  lastNewConnectionAt: 0,
  shutdownStartedAt: 0,
  budgetLeftMs: 0,
  phasesMs: {},
  requestsAfterShutdown: {},
  forcedCloses: {},
}

/** Every metric with its labels and their values, as they come with the default prefix. */
export function metricsTable(): Table {
  const rows = metricTable.map(({ name, type, help, samples }) => {
    const labels = Map.groupBy(
      samples(snapshot).flatMap((sample) => Object.entries(sample.labels)),
      ([label]) => label,
    )
    const described = [...labels].map(([label, pairs]) => {
      const values = [...new Set(pairs.map(([, value]) => value))]
      return label === 'server' ? '`server`' : `\`${label}\`: ${values.join(', ')}`
    })
    return [`\`lastcall_${name}\``, type, described.join('; ') || '-', help]
  })
  return [['metric', 'type', 'labels', 'meaning'], ...rows]
}

const noFacts = {
  state: 'starting',
  ready: false,
  restarts: { completed: 0, failed: 0, rolledBack: 0 },
  crashes: 0,
  generations: [],
} as const

/** Every metric of a supervisor itself. */
export function supervisorMetricsTable(): Table {
  const rows = supervisorMetricTable.map(({ name, type, label, help, values }) => {
    const labels = label === null ? '-' : `\`${label}\`: ${Object.keys(values(noFacts)).join(', ')}`
    return [`\`lastcall_supervisor_${name}\``, type, labels, help]
  })
  return [['metric', 'type', 'labels', 'meaning'], ...rows]
}

/** Every instrument of OpenTelemetry. */
export function instrumentsTable(): Table {
  const rows = instruments.map(({ name, kind, unit, observe }) => {
    const attributes = new Set(
      observe(snapshot).flatMap((observation) => Object.keys(observation.attributes)),
    )
    const listed = [...attributes].map((attribute) => `\`${attribute}\``).join(', ')
    return [`\`${name}\``, `Observable${kind}`, unit === '' ? '-' : `\`${unit}\``, listed || '-']
  })
  return [['metric', 'instrument', 'unit', 'attributes'], ...rows]
}

/** The diagram that heads `src/core/transition.ts`. */
export function shutdownDiagram(): string {
  const source = readFileSync(new URL('../../src/core/transition.ts', import.meta.url), 'utf8')
  const lines = source.split('\n')
  const first = lines.findIndex((line) => line.startsWith('//  SIGTERM'))
  const length = lines.slice(first).findIndex((line) => !line.startsWith('//'))
  const diagram = lines.slice(first, first + length).map((line) => line.slice(3).trimEnd())
  return ['```text', ...diagram, '```'].join('\n')
}
