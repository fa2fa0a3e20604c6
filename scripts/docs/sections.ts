import { loadSections } from '../../bench/load/tables.ts'
import { peerSections } from '../../bench/peers/tables.ts'
import { restartSections } from '../../bench/restart/tables.ts'
import { benchSections } from '../../bench/tables.ts'
import { chartValuesTable } from './chart-values.ts'
import {
  causesTable,
  endingsTable,
  exitCodesTable,
  flagsTable,
  instrumentsTable,
  lanesTable,
  metricsTable,
  probesTable,
  shutdownDiagram,
  supervisorMetricsTable,
} from './facts.ts'
import { writeTable } from './markdown.ts'
import { optionsTable } from './options.ts'
import { profileNumbersTable, profileSettingsTable, profileSourcesTable } from './profiles.ts'

/** A part of a page that is written from the code, between `<!-- name:start -->` and `<!-- name:end -->`. */
export interface Section {
  /** Path from the top of the repository. */
  readonly page: string
  readonly name: string
  readonly render: () => string
}

/** Every part of the documentation that `write-docs.ts` writes and a test compares. */
export const sections: readonly Section[] = [
  { page: 'docs/reference/options.md', name: 'options', render: () => writeTable(optionsTable()) },
  { page: 'docs/reference/events.md', name: 'diagram', render: shutdownDiagram },
  { page: 'docs/reference/probes.md', name: 'answers', render: () => writeTable(probesTable()) },
  { page: 'docs/reference/metrics.md', name: 'metrics', render: () => writeTable(metricsTable()) },
  {
    page: 'docs/reference/metrics.md',
    name: 'supervisor',
    render: () => writeTable(supervisorMetricsTable()),
  },
  { page: 'docs/reference/metrics.md', name: 'instruments', render: () => writeTable(instrumentsTable()) },
  { page: 'docs/reference/cli.md', name: 'rehearse', render: () => writeTable(flagsTable('rehearse')) },
  { page: 'docs/reference/cli.md', name: 'rollout', render: () => writeTable(flagsTable('rollout')) },
  { page: 'docs/reference/cli.md', name: 'load', render: () => writeTable(flagsTable('load')) },
  { page: 'docs/reference/cli.md', name: 'kube-patch', render: () => writeTable(flagsTable('kube patch')) },
  { page: 'docs/reference/cli.md', name: 'kube-check', render: () => writeTable(flagsTable('kube check')) },
  ...['run', 'restart', 'status', 'stop', 'hammer'].map((name) => ({
    page: 'docs/reference/cli.md',
    name,
    render: () => writeTable(flagsTable(name)),
  })),
  { page: 'docs/reference/cli.md', name: 'exit-codes', render: () => writeTable(exitCodesTable()) },
  { page: 'docs/guides/rehearse.md', name: 'causes', render: () => writeTable(causesTable()) },
  { page: 'docs/guides/rehearse.md', name: 'endings', render: () => writeTable(endingsTable()) },
  { page: 'docs/reference/cli.md', name: 'lanes', render: () => writeTable(lanesTable()) },
  ...Object.entries({
    'profile-numbers': profileNumbersTable,
    'profile-settings': profileSettingsTable,
    'profile-sources': profileSourcesTable,
  }).map(([name, table]) => ({
    page: 'docs/guides/outer-hops.md',
    name,
    render: () => writeTable(table()),
  })),
  ...['lastcall', 'lastcall-policies'].map((chart) => ({
    page: `charts/${chart}/README.md`,
    name: 'values',
    render: () => writeTable(chartValuesTable(chart)),
  })),
  ...peerSections.map(({ name, render }) => ({ page: 'docs/comparison.md', name, render })),
  ...restartSections.map(({ page, name, render }) => ({ page, name, render: () => render() })),
  ...[...benchSections, ...loadSections].map(({ name, render }) => ({
    page: 'docs/benchmarks.md',
    name,
    render: () => render(),
  })),
]
