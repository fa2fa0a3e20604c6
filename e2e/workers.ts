import { jobs } from '../src/load/lanes/jobs/jobs.ts'
import { type Judged, plain } from './plain-scenario.ts'
import type { Scenario } from './scenario.ts'
import { judgeControl, judgeWorkers } from './verdict.ts'

/** Workers of a queue, whose jobs take up to 3 s and have a lock for 30 s. */
function working(name: string, about: string, ...more: readonly string[]): Scenario {
  const producer = ['--jobs-url', 'http://jobs:8080/jobs', '--jobs-timeout', '15s', '--jobs-once', ...more]
  return { ...plain(name, about), image: 'worker', replicas: 4, lanes: [jobs.name], flags: producer }
}

/** With lastcall nothing may be lost in 20 pod replacements; without it something has to be. */
export const workerScenarios: readonly Judged[] = [
  {
    ...working(
      'jobs',
      'BullMQ workers with lastcall: every job is done once, and waits for no lock to expire',
    ),
    restarts: 5,
    judge: judgeWorkers,
  },
  {
    // It fails by the jobs that are left behind. Whether they are done twice later is not asked.
    ...working(
      'jobs-bare',
      'the same with process.exit() at the signal; has to leave jobs behind',
      '--jobs-lock',
      '0',
    ),
    // It has no probe server.
    patch: { spec: { containers: [{ name: 'worker', command: ['node', 'bare.js'], readinessProbe: null }] } },
    judge: (outcome) => judgeControl(outcome, [[jobs.name]]),
  },
]
