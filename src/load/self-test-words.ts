import type { LaneName, Sample } from './sample.ts'
import type { Tried, Try } from './self-test-try.ts'
import { isCertificateError } from './tls.ts'

const ECHO_REMEDY =
  'pass --path, --method and --body when this route does not answer with the id that it was sent'

const CERTIFICATE_REMEDY = 'pass --ca with the certificate of its authority, or --insecure to take any'

/** One unhappy answer of the self-test. */
export interface SelfTestProblem {
  /** Whether no answer came at all, which may change by itself; an answer that does not fit will not. */
  readonly unreachable: boolean
  readonly sentence: string
}

/** Why a load cannot be sent because of this answer. `others` are all lanes of which that is true. */
export function problemOf({ one, sample }: Tried, others: readonly LaneName[] = []): SelfTestProblem {
  const { code = '', message = '' } = sample.error ?? {}
  if (isCertificateError(code)) {
    // Behind the semicolon is advice of Node's, for programs that it runs.
    const why = `${code}: ${message.split(';', 1)[0]}`
    const happened = `the certificate of ${one.headers['host']} is not accepted (${why})`
    return { unreachable: false, sentence: `${happened}; ${CERTIFICATE_REMEDY}` }
  }
  const unreachable = sample.status === undefined
  const { trial, lanes } = one
  // A port of the lane's own is there or not, whether the application runs or not; so is a route that takes
  // the connection and does not answer.
  const isOwnRoute = isConnected(sample) && !lanes.some((lane) => lane.essential)
  const helps = !unreachable || trial.where !== undefined || isOwnRoute
  const sentence = helps
    ? describe(one, sample) + orWithout({ one, sample }, others)
    : describeAnswer(one, sample)
  return { unreachable, sentence }
}

/** What the route did, and what to do about it. */
export function describe(one: Try, sample: Sample): string {
  const remedy = isWrongEcho(sample) ? ECHO_REMEDY : one.trial.remedy
  return `${describeAnswer(one, sample)}; ${remedy}`
}

/** What the route did. */
export function describeAnswer({ trial, request }: Try, sample: Sample): string {
  const what = [request.method, request.path, trial.where?.(sample) ?? ''].filter(Boolean).join(' ')
  const got = sample.error?.message ?? ''
  const { code = '' } = sample.error ?? {}
  if (sample.status === undefined) return `${what} got no answer: ${code} ${got}${questionFor(sample)}`
  return /^E[A-Z]|^HPE_/.test(code) ? `${what} got a broken answer: ${code} ${got}` : `${what} ${got}`
}

/** What another protocol looks like from here. */
function questionFor(sample: Sample): string {
  const { code = '' } = sample.error ?? {}
  return isConnected(sample) && /^HPE_|^ECONNRESET$/.test(code)
    ? '; does the port speak something else than plain HTTP/1.1, such as TLS or HTTP/2 alone?'
    : ''
}

function isConnected({ error }: Sample): boolean {
  return error !== undefined && error.stage !== 'connect'
}

/** Whether the answer does not have the id that was sent. */
export function isWrongEcho({ error }: Sample): boolean {
  return error?.code === 'WRONG_ECHO'
}

/** The advice to leave these lanes out, where others are left and the run proves something without these. */
function orWithout({ one, sample }: Tried, others: readonly LaneName[]): string {
  const { lanes, options } = one
  const broken = new Set<LaneName>([...lanes.map(({ name }) => name), ...others])
  const left = options.lanes.filter((name) => !broken.has(name))
  const needless = isWrongEcho(sample) || lanes.some((lane) => lane.essential) || left.length === 0
  const what = broken.size > lanes.length ? 'all such lanes' : 'the lane'
  return needless ? '' : `, or leave ${what} out with --lanes ${left.join(',')}`
}
