import type { LaneName, Sample } from './sample.ts'
import type { Tried, Try } from './self-test-try.ts'
import { isCertificateError } from './tls.ts'

const ECHO_REMEDY =
  'pass --path, --method and --body when this route does not answer with the id that it was sent'

const CERTIFICATE_REMEDY = 'pass --ca with the certificate of its authority, or --insecure to take any'

/** A wrong answer in the self-test. */
export interface SelfTestProblem {
  /** Whether there was no answer at all. That may change with time; a wrong answer will not. */
  readonly unreachable: boolean
  readonly sentence: string
}

/** Explains why this answer prevents the load. `others` are all lanes with the same problem. */
export function problemOf({ one, sample }: Tried, others: readonly LaneName[] = []): SelfTestProblem {
  const { code = '', message = '' } = sample.error ?? {}
  if (isCertificateError(code)) {
    // After the semicolon Node gives advice for programs that it runs.
    const why = `${code}: ${message.split(';', 1)[0]}`
    const happened = `the certificate of ${one.headers['host']} is not accepted (${why})`
    return { unreachable: false, sentence: `${happened}; ${CERTIFICATE_REMEDY}` }
  }
  const unreachable = sample.status === undefined
  const { trial, lanes } = one
  // A separate port of a lane exists or not, independent of the application. The same holds for a route that
  // accepts the connection and does not answer.
  const isOwnRoute = isConnected(sample) && !lanes.some((lane) => lane.essential)
  const helps = !unreachable || trial.where !== undefined || isOwnRoute
  const sentence = helps
    ? describe(one, sample) + orWithout({ one, sample }, others)
    : describeAnswer(one, sample)
  return { unreachable, sentence }
}

/** Behaviour of the route, and what to do about it. */
export function describe(one: Try, sample: Sample): string {
  const remedy = isWrongEcho(sample) ? ECHO_REMEDY : one.trial.remedy
  return `${describeAnswer(one, sample)}; ${remedy}`
}

/** Behaviour of the route. */
export function describeAnswer({ trial, request }: Try, sample: Sample): string {
  const what = [request.method, request.path, trial.where?.(sample) ?? ''].filter(Boolean).join(' ')
  const got = sample.error?.message ?? ''
  const { code = '' } = sample.error ?? {}
  if (sample.status === undefined) return `${what} got no answer: ${code} ${got}${questionFor(sample)}`
  return /^E[A-Z]|^HPE_/.test(code) ? `${what} got a broken answer: ${code} ${got}` : `${what} ${got}`
}

/** Asks whether the server speaks another protocol, if the answer looks like that. */
function questionFor(sample: Sample): string {
  const { code = '' } = sample.error ?? {}
  return isConnected(sample) && /^HPE_|^ECONNRESET$/.test(code)
    ? '; does the port speak something else than plain HTTP/1.1, such as TLS or HTTP/2 alone?'
    : ''
}

function isConnected({ error }: Sample): boolean {
  return error !== undefined && error.stage !== 'connect'
}

/** Whether the answer lacks the id that was sent. */
export function isWrongEcho({ error }: Sample): boolean {
  return error?.code === 'WRONG_ECHO'
}

/** Suggests leaving these lanes out, if others are left and the run still proves something without these. */
function orWithout({ one, sample }: Tried, others: readonly LaneName[]): string {
  const { lanes, options } = one
  const broken = new Set<LaneName>([...lanes.map(({ name }) => name), ...others])
  const left = options.lanes.filter((name) => !broken.has(name))
  const needless = isWrongEcho(sample) || lanes.some((lane) => lane.essential) || left.length === 0
  const what = broken.size > lanes.length ? 'all such lanes' : 'the lane'
  return needless ? '' : `, or leave ${what} out with --lanes ${left.join(',')}`
}
