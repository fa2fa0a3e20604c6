import type { Run } from '../../bench/machine.ts'

/** The machine on which a benchmark was run. */
export const benchRun: Run = {
  date: '2026-01-01',
  commit: 'abc',
  node: 'v24.0.0',
  cpu: 'x',
  cores: 2,
  load: 0,
  bound: true,
}
