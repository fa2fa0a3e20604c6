import { MAX_DURATION_MS } from '../../core/defaults.ts'
import { describe } from '../../core/describe.ts'
import { LastcallError } from '../../core/errors.ts'

/** @throws LastcallError `LASTCALL_DUPLICATE_NAME` */
export function refuseTaken(call: string, name: string, taken: boolean): void {
  if (!taken) return
  throw new LastcallError('LASTCALL_DUPLICATE_NAME', [
    `${call}: '${name}' is registered already; choose another name`,
  ])
}

/** The arguments of `onStop()`, `check()` and similar calls. */
export interface Registration {
  readonly name: unknown
  /** Absent for calls without a callback. */
  readonly run?: unknown
  readonly timeoutMs?: unknown
}

/** @throws LastcallError `LASTCALL_INVALID_OPTIONS` with all problems at once */
export function refuseUnusable(call: string, given: Registration): void {
  const { name, run, timeoutMs } = given
  const problems = [
    ...(typeof name === 'string' && name !== ''
      ? []
      : [`${call}: the name is ${describe(name)}, wanted a text that is not empty`]),
    ...('run' in given && typeof run !== 'function'
      ? [`${call}: got ${describe(run)}, wanted a function`]
      : []),
    ...(timeoutMs === undefined || isTimeout(timeoutMs)
      ? []
      : [`${call}: timeoutMs is ${describe(timeoutMs)}, wanted milliseconds from 0 to ${MAX_DURATION_MS}`]),
  ]
  if (problems.length > 0) throw new LastcallError('LASTCALL_INVALID_OPTIONS', problems)
}

/** @throws LastcallError `LASTCALL_INVALID_OPTIONS` when a value is given that is not a promise */
export function refuseNoPromise(call: string, given: unknown): void {
  if (given === undefined || typeof (given as PromiseLike<unknown> | null)?.then === 'function') return
  throw new LastcallError('LASTCALL_INVALID_OPTIONS', [
    `${call}: got ${describe(given)}, wanted a promise or nothing`,
  ])
}

// Node would fire a longer timer at once.
const isTimeout = (value: unknown): boolean =>
  typeof value === 'number' && value >= 0 && value <= MAX_DURATION_MS
