import { type Cause, hasCode } from './cause.ts'

/** Causes of failed jobs. */
export const jobCauses: readonly Cause[] = [
  {
    title: 'Job not done',
    error: '`JOB_LOST`',
    happened:
      'the job was not done in time (`--jobs-timeout`): a worker took it and ended before it was done, so that it waits ' +
      'until its lock or its visibility time-out expires; or no worker was free',
    helps:
      '`lifecycle.worker()`: the worker takes no jobs after the signal and finishes those that it has; a drain timeout that is ' +
      'longer than a job; a lower `--jobs-rate` if jobs wait in the baseline as well',
    fits: hasCode('JOB_LOST'),
  },
  {
    title: 'Job done twice',
    error: '`JOB_TWICE`, with `--jobs-once`',
    happened: 'a worker did the job and did not confirm it in time, so that the queue gave it to another one',
    helps:
      'a worker that confirms its jobs before it ends; without `--jobs-once` such jobs are only counted, ' +
      'for a queue that promises no more',
    fits: hasCode('JOB_TWICE'),
  },
  {
    title: 'Producer failed',
    error: '`JOB_REFUSED`, `JOB_UNSEEN`',
    happened:
      'the producer of `--jobs-url` did not take the job, or did not say whether it was done; that is no fault of the workers',
    helps: 'look at the log of the producer, and at the queue behind it',
    fits: hasCode('JOB_REFUSED', 'JOB_UNSEEN'),
  },
]
