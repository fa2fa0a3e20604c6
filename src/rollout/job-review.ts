import type { LoadDocument } from '../load/load-document.ts'
import type { LoadOptions } from '../load/load-options.ts'
import { jobs, REVIEWED, UNCOUNTED, UNREVIEWED } from '../load/lanes/jobs/jobs.ts'
import { plural } from './numbers.ts'

/**
 * Doubts that a job was done twice unseen; empty without `--jobs-once`, and when the review covered all jobs.
 */
export function reviewDoubts(load: LoadDocument): readonly string[] {
  const unreviewed = countOf(load, UNREVIEWED)
  if (unreviewed === 0) return []
  return [
    `${plural(unreviewed, 'done job')} could not be looked at again, so that a job that was done twice could have been ` +
      'missed: the producer of --jobs-url was too slow, did not answer or forgot the jobs, ' +
      'there were too many, or a signal ended the wait; ' +
      'look at the log of the producer, lower --jobs-rate or shorten the run',
  ]
}

/** Reports how the run checked for jobs that were done again. */
export function reviewNotes(load: LoadDocument): readonly string[] {
  const reviewed = countOf(load, REVIEWED)
  const uncounted = countOf(load, UNCOUNTED)
  return [
    ...(reviewed > 0
      ? [
          `${plural(reviewed, 'done job was', 'done jobs were')} looked at again at the end, no sooner than --jobs-lock ` +
            'after the last pod went away',
        ]
      : []),
    ...(uncounted > 0
      ? [`"repeated" leaves out ${plural(uncounted, 'done job')} that could not be looked at again`]
      : []),
  ]
}

/** Says how long the end of a load waits for locks; undefined if it does not wait. */
export function lockNotice({ jobs: load }: LoadOptions): string | undefined {
  const leftMs = load ? load.lockMs - load.quietMs : 0
  if (leftMs <= 0) return undefined
  return (
    `done jobs are looked at again when the locks of the last pods have expired: in ${Math.ceil(leftMs / 1_000)} s ` +
    'and the time of the longest job (--jobs-lock)'
  )
}

function countOf({ lanes }: LoadDocument, name: string): number {
  return lanes.find(({ lane }) => lane === jobs.name)?.counts[name] ?? 0
}
