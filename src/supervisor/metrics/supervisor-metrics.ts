import type { GenerationStatus, SupervisorStatus } from '../../core/supervisor-status.ts'
import type { Phase, SupervisorStateName } from '../machine/state.ts'

/** What the supervisor's own metrics are made of. */
export interface SupervisorFacts extends Pick<SupervisorStatus, 'state' | 'ready' | 'restarts' | 'crashes'> {
  readonly generations: readonly Pick<GenerationStatus, 'generation' | 'phase'>[]
}

/** A metric of the supervisor itself: its name without `lastcall_supervisor_`, and its samples. */
export interface SupervisorMetric {
  readonly name: string
  readonly help: string
  readonly type: 'gauge' | 'counter'
  /** The label of its samples; null when there is one sample without labels. */
  readonly label: string | null
  /** Values by the values of the label. */
  readonly values: (facts: SupervisorFacts) => Readonly<Record<string, number>>
}

const states: Readonly<Record<SupervisorStateName, 0>> = {
  starting: 0,
  serving: 0,
  checking: 0,
  replacing: 0,
  soaking: 0,
  waiting: 0,
  stopping: 0,
  stopped: 0,
}
const phases: Readonly<Record<Phase, 0>> = {
  starting: 0,
  standby: 0,
  accepting: 0,
  serving: 0,
  paused: 0,
  ending: 0,
}

/** Every metric of the supervisor itself. */
export const supervisorMetricTable: readonly SupervisorMetric[] = [
  {
    name: 'generation',
    help: 'Number of the generation that serves; 0 while none does.',
    type: 'gauge',
    label: null,
    values: ({ generations }) => ({ '': newestServing(generations) }),
  },
  {
    name: 'generations',
    help: 'Processes of the supervised command, by what they do.',
    type: 'gauge',
    label: 'phase',
    values: ({ generations }) =>
      generations.reduce<Readonly<Record<string, number>>>(
        (counts, { phase }) => ({ ...counts, [phase]: (counts[phase] ?? 0) + 1 }),
        phases,
      ),
  },
  {
    name: 'restarts_total',
    help: 'Restarts that are over, by how they ended.',
    type: 'counter',
    label: 'result',
    values: ({ restarts: { completed, failed, rolledBack } }) => ({
      completed,
      failed,
      rolled_back: rolledBack,
    }),
  },
  {
    name: 'consecutive_crashes',
    help: 'Generations that crashed one after the other while nobody served.',
    type: 'gauge',
    label: null,
    values: ({ crashes }) => ({ '': crashes }),
  },
  {
    name: 'ready',
    help: 'Whether clients may be sent here: 1 or 0, as /readyz.',
    type: 'gauge',
    label: null,
    values: ({ ready }) => ({ '': Number(ready) }),
  },
  {
    name: 'state',
    help: 'State of the supervisor: 1 for the present state, 0 for all others.',
    type: 'gauge',
    label: 'state',
    values: ({ state }) => ({ ...states, [state]: 1 }),
  },
]

/** The metrics of the supervisor itself, in Prometheus' text format 0.0.4. */
export function supervisorMetrics(facts: SupervisorFacts): string {
  return supervisorMetricTable.map((metric) => textOf(metric, facts)).join('')
}

function textOf({ name, help, type, label, values }: SupervisorMetric, facts: SupervisorFacts): string {
  const full = `lastcall_supervisor_${name}`
  const samples = Object.entries(values(facts)).map(
    ([key, value]) => `${full}${label === null ? '' : `{${label}="${key}"}`} ${value}\n`,
  )
  return [`# HELP ${full} ${help}\n`, `# TYPE ${full} ${type}\n`, ...samples].join('')
}

function newestServing(generations: SupervisorFacts['generations']): number {
  const serving = generations.filter(({ phase }) => phase === 'serving')
  return serving.reduce((newest, { generation }) => Math.max(newest, generation), 0)
}
