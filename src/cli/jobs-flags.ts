import type { Command } from 'commander'
import { defaultLaneNames, laneNames } from '../load/lanes/index.ts'
import { jobs } from '../load/lanes/jobs/jobs.ts'
import type { JobsLoad, LoadOptions } from '../load/load-options.ts'
import type { LaneName } from '../load/sample.ts'
import type { FlagReader, RawFlags } from './flag-reader.ts'
import { readTls } from './url-flags.ts'

const MAX_RATE = 1_000
const DEFAULT_RATE = 10
const DEFAULT_TIMEOUT_MS = 30_000
/**
 * BullMQ's lock of 30 s, and its check for stalled jobs every 30 s. The visibility time-out of SQS is 30 s.
 */
const DEFAULT_LOCK_MS = 60_000
const EXAMPLE = 'http://jobs:8080/jobs'

/** Adds the flags of jobs for workers. */
export function addJobsFlags(command: Command): Command {
  return command
    .option(
      '--jobs-url <url>',
      'http or https URL of a producer of jobs: POST URL/ID enqueues one, GET URL/ID answers {"done": 0} or more; ' +
        'adds the lane jobs (default: none)',
    )
    .option('--jobs-rate <n>', `jobs per second (default: ${DEFAULT_RATE})`)
    .option(
      '--jobs-timeout <duration>',
      'a job that is not done after this time is lost; longer than jobs take, ' +
        'shorter than their lock or visibility time-out (default: 30s)',
    )
    .option('--jobs-once', 'a job that is done again is a failure: the queue promises that it is done once')
    .option(
      '--jobs-lock <duration>',
      'how long the queue keeps a job for a worker that is gone, as its lock, visibility time-out and checks for both ' +
        'take; done jobs are looked at again no sooner than that after the last pod went away, so that a pod of ' +
        'lastcall load needs a longer grace period ' +
        '(default: 60s with --jobs-once, else 0)',
    )
}

/** Whether `--lanes` names nothing but the jobs, so that no request is sent to the application. */
export function isJobsAlone(reader: FlagReader): boolean {
  return reader
    .text('lanes', '')
    .split(',')
    .every((name) => name.trim() === jobs.name)
}

/** Refuses flags that only requests to the application use, where there is none. */
export function refuseUnused(reader: FlagReader, flags: readonly string[]): void {
  if (!isJobsAlone(reader)) return
  for (const flag of flags.filter((one) => reader.has(one))) {
    reader.problems.push(
      `--${flag}: got '${reader.text(flag, '')}', which has no effect with the lane ${jobs.name} alone: its requests ` +
        'go to --jobs-url; leave the flag out, or add a lane to --lanes that sends to the application',
    )
  }
}

/** Reads `--lanes`; `all` has the jobs only where there is a producer. */
export function readLaneNames(reader: FlagReader): readonly LaneName[] {
  const hasProducer = reader.has('jobs-url')
  const names = reader.names(
    'lanes',
    laneNames,
    hasProducer ? [...defaultLaneNames, jobs.name] : defaultLaneNames,
  )
  return hasProducer || reader.text('lanes', '') !== 'all'
    ? names
    : names.filter((name) => name !== jobs.name)
}

/**
 * Reads the flags of {@link addJobsFlags}; undefined where no job is to be sent. `quietMs` is how long the
 * load goes on after the last pod went away.
 */
export function readJobs(
  reader: FlagReader,
  raw: RawFlags,
  { names, quietMs }: { readonly names: readonly LaneName[]; readonly quietMs: number },
): JobsLoad | undefined {
  const isAsked = names.includes(jobs.name)
  const once = raw['jobsOnce'] === true
  const others = ['jobs-url', 'jobs-rate', 'jobs-timeout', 'jobs-lock'].filter((flag) => reader.has(flag))
  if (!isAsked) {
    for (const flag of [...others, ...(once ? ['jobs-once'] : [])]) {
      reader.problems.push(
        `--${flag}: has no effect without the lane ${jobs.name}; add it to --lanes, or leave the flag out`,
      )
    }
    return undefined
  }
  return {
    url: readProducer(reader),
    perSecond: reader.integer('jobs-rate', DEFAULT_RATE, [1, MAX_RATE]),
    timeoutMs: reader.duration('jobs-timeout', DEFAULT_TIMEOUT_MS, 1),
    once,
    lockMs: reader.duration('jobs-lock', once ? DEFAULT_LOCK_MS : 0),
    quietMs,
  }
}

/** Reads the TLS flags for a producer with https; without such a flag it is trusted as Node.js trusts it. */
export function readJobsTls(
  reader: FlagReader,
  raw: RawFlags,
  { url }: Pick<JobsLoad, 'url'>,
): Pick<LoadOptions, 'jobsTls'> {
  const { protocol, hostname } = new URL(url)
  if (protocol !== 'https:' || (raw['insecure'] !== true && !reader.has('ca'))) return {}
  return { jobsTls: readTls(reader, raw, hostname.replace(/^\[|\]$/g, '')) }
}

function readProducer(reader: FlagReader): string {
  const text = reader.text('jobs-url', '')
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (text === '')
    reader.problems.push(`--jobs-url: is missing; name the producer of the jobs, such as ${EXAMPLE}`)
  else if (!url || !['http:', 'https:'].includes(url.protocol)) {
    reader.problems.push(`--jobs-url: got '${text}', wanted one such as ${EXAMPLE}`)
  } else if (url.username !== '' || url.password !== '') {
    reader.problems.push(
      "--jobs-url: contains a password, which the report would show; pass --header 'Authorization: Basic …' instead",
    )
  }
  return url?.href ?? EXAMPLE
}
