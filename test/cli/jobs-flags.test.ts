import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { LastcallError } from '../../src/core/errors.ts'
import { keyOf, type RawFlags } from '../../src/cli/flag-reader.ts'
import { type LoadCommandOptions, readLoadCommandFlags } from '../../src/cli/load-command-flags.ts'
import { readRehearseFlags, type RehearseOptions } from '../../src/cli/rehearse-flags.ts'
import { readRolloutFlags, type RolloutFlags } from '../../src/cli/rollout-flags.ts'
import { captureIo } from '../helpers/captured-io.ts'

const jobsUrl = 'http://jobs:8080/jobs'
const rehearse = (raw: RawFlags): RehearseOptions => readRehearseFlags(raw, ['node'], captureIo())
const rollout = (raw: RawFlags): RolloutFlags => readRolloutFlags(raw, ['deployment/worker'], captureIo())

/** What is wrong with flags. */
function problemsOf(raw: RawFlags): readonly string[] {
  try {
    rehearse(raw)
    return []
  } catch (error) {
    assert.ok(error instanceof LastcallError)
    return error.problems
  }
}

suite('the flags of jobs for workers', () => {
  test('a producer alone adds the lane, with defaults', () => {
    const { load, readiness } = rehearse({ jobsUrl })
    assert.deepEqual(load.lanes, ['new-connections', 'keep-alive', 'think-time', 'slow', 'jobs'])
    assert.deepEqual(load.jobs, {
      url: jobsUrl,
      perSecond: 10,
      timeoutMs: 30_000,
      once: false,
      lockMs: 0,
      quietMs: 2_000,
    })
    assert.deepEqual(readiness, { kind: 'auto' })
    // Its producer is named, so that it is no lane to leave out in silence.
    assert.ok(!load.unasked.includes('jobs') && load.unasked.includes('slow'))
  })

  test('where jobs are all of the load, pods need no port and no Service', () => {
    const raw = { lanes: 'jobs', jobsUrl, jobsRate: '50', jobsTimeout: '1m', jobsOnce: true }
    const { load, readiness } = rehearse(raw)
    assert.deepEqual(load.jobs, {
      url: jobsUrl,
      perSecond: 50,
      timeoutMs: 60_000,
      once: true,
      lockMs: 60_000,
      quietMs: 2_000,
    })
    assert.deepEqual(readiness, { kind: 'worker' })
    assert.deepEqual(rehearse({ ...raw, readiness: 'probe' }).readiness, { kind: 'probe-server' })
    assert.deepEqual(rollout(raw).producer, {
      words: `the producer of jobs at ${jobsUrl}`,
      target: { host: 'jobs', port: 8080 },
    })
    assert.equal(rollout({ jobsUrl }).producer, undefined)
  })

  test('done jobs are looked at again after their lock, of which the cool-down is a part', () => {
    const locks = (raw: RawFlags): unknown => {
      const { lockMs, quietMs } = rehearse({ jobsUrl, coolDown: '7s', ...raw }).load.jobs ?? {}
      return [lockMs, quietMs]
    }
    assert.deepEqual(locks({}), [0, 7_000])
    assert.deepEqual(locks({ jobsOnce: true }), [60_000, 7_000])
    assert.deepEqual(locks({ jobsOnce: true, jobsLock: '0' }), [0, 7_000])
    assert.deepEqual(locks({ jobsLock: '2m' }), [120_000, 7_000])
    assert.equal(rollout({ jobsUrl, coolDown: '7s' }).loadFor(1, '').jobs?.quietMs, 7_000)
  })

  test('a producer may be behind TLS, and at an address', () => {
    const target = (url: string): unknown => rollout({ lanes: 'jobs', jobsUrl: url }).producer?.target
    const tls = { servername: 'jobs.example', insecure: false }
    assert.deepEqual(target('https://jobs.example/q'), { host: 'jobs.example', port: 443, tls })
    assert.deepEqual(target('http://[::1]/q'), { host: '::1', port: 80 })
    const address = { host: '10.0.0.1', port: 443, tls: { insecure: false } }
    assert.deepEqual(target('https://10.0.0.1/q'), address)
    const flags = rollout({ lanes: 'jobs', jobsUrl: 'https://jobs.example/q', insecure: true })
    assert.deepEqual(flags.producer?.target.tls, { ...tls, insecure: true })
    assert.deepEqual(flags.loadFor(1, '').jobsTls, { ...tls, insecure: true })
  })

  test('--lanes all has the lane only where there is a producer', () => {
    assert.ok(!rehearse({ lanes: 'all' }).load.lanes.includes('jobs'))
    assert.ok(rehearse({ lanes: 'all', jobsUrl }).load.lanes.includes('jobs'))
  })

  for (const [what, raw, wanted] of [
    [
      'no producer',
      { lanes: 'jobs' },
      /^--jobs-url: is missing; name the producer of the jobs, such as http:/,
    ],
    ['no URL', { jobsUrl: 'jobs' }, /^--jobs-url: got 'jobs', wanted one such as http:/],
    [
      'another protocol',
      { jobsUrl: 'redis://redis' },
      /^--jobs-url: got 'redis:\/\/redis', wanted one such as/,
    ],
    [
      'a password',
      { jobsUrl: 'http://a:b@jobs/' },
      /^--jobs-url: contains a password, .*; pass --header 'Authorization: Basic …' instead$/,
    ],
    ['no rate', { jobsUrl, jobsRate: '0' }, /^--jobs-rate: got '0', wanted a whole number from 1 to 1000/],
    ['no time', { jobsUrl, jobsTimeout: '0' }, /^--jobs-timeout: got '0', wanted more than 0/],
    [
      'a rate of nothing',
      { jobsRate: '5' },
      /^--jobs-rate: has no effect without the lane jobs; add it to --lanes/,
    ],
    ['a lock of nothing', { jobsLock: '5s' }, /^--jobs-lock: has no effect without the lane jobs/],
    ['a promise of nothing', { jobsOnce: true }, /^--jobs-once: has no effect without the lane jobs/],
    ['a lane too few', { jobsUrl, lanes: 'slow' }, /^--jobs-url: has no effect without the lane jobs/],
  ] as const) {
    test(`${what} is refused`, () => {
      const problems = problemsOf(raw)
      assert.equal(problems.length, 1)
      assert.match(problems[0] ?? '', wanted)
    })
  }
})

suite('flags of requests with jobs alone', () => {
  const alone = { lanes: 'jobs', jobsUrl }
  const usageOf = (read: () => unknown): readonly string[] => {
    try {
      read()
      return []
    } catch (error) {
      assert.ok(error instanceof LastcallError)
      assert.equal(error.code, 'LASTCALL_USAGE')
      return error.problems
    }
  }

  for (const [flag, value] of [
    ['path', '/orders'],
    ['method', 'POST'],
    ['body', 'a'],
    ['expect-status', '404'],
    ['rate', '10'],
    ['slow-time', '3s'],
    ['timeout', '3s'],
    ['echo-path', '/echo'],
    ['endpoint-lag', '1s'],
  ] as const) {
    test(`rehearse refuses --${flag}, and takes it beside another lane`, () => {
      const raw = { ...alone, [keyOf(flag)]: value }
      const [problem = '', ...others] = usageOf(() => rehearse(raw))
      assert.deepEqual(others, [])
      assert.match(
        problem,
        new RegExp(`^--${flag}: got '${value}', which has no effect with the lane jobs alone:`),
      )
      assert.match(problem, /leave the flag out, or add a lane to --lanes/)
      assert.deepEqual(
        usageOf(() => rehearse({ ...raw, lanes: 'jobs,new-connections' })),
        [],
      )
    })
  }

  test('rollout refuses its own ones', () => {
    const raw = { ...alone, url: 'http://shop', http2Port: '81', shutdownDelay: '1s' }
    const flags = usageOf(() => rollout(raw)).map((problem) => /^--([\w-]+): got/.exec(problem)?.[1])
    assert.deepEqual(flags, ['url', 'http2-port', 'shutdown-delay'])
    assert.deepEqual(
      usageOf(() => rollout({ ...raw, lanes: 'jobs,http2' })),
      [],
    )
    assert.deepEqual(
      usageOf(() => rollout({ ...alone, header: ['X-Team: a'], service: 'worker' })),
      [],
    )
  })

  test('load sends to the producer, and needs no other URL', () => {
    const load = (raw: RawFlags): LoadCommandOptions => readLoadCommandFlags(raw, captureIo())
    const { url, target } = load(alone)
    assert.deepEqual([url.href, target], [jobsUrl, { host: 'jobs', port: 8080 }])
    assert.match(
      usageOf(() => load({ ...alone, url: 'http://shop' })).join(),
      /^--url: got 'http:\/\/shop', which/,
    )
    assert.match(usageOf(() => load({ ...alone, insecure: true })).join(), /^--insecure: needs/)
    assert.match(usageOf(() => load({ lanes: 'jobs' })).join(), /^--jobs-url: is missing/)
    assert.match(usageOf(() => load({ jobsUrl })).join(), /^--url: is missing/)
  })
})
