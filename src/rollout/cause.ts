import type { Sample } from '../load/sample.ts'

/** Why a request failed, as far as its sample shows. */
export interface Cause {
  readonly title: string
  /** What its errors look like in a report, in Markdown. */
  readonly error: string
  readonly happened: string
  readonly helps: string
  readonly fits: (sample: Sample) => boolean
}

/** Matches failures with one of these codes. */
export const hasCode =
  (...codes: readonly string[]) =>
  ({ error }: Sample): boolean =>
    error !== undefined && codes.includes(error.code)

/** Matches failures whose code starts like this. */
export const begins =
  (start: string) =>
  ({ error }: Sample): boolean =>
    error?.code.startsWith(start) === true

/** Matches failures at this stage of the request. */
export const isAt =
  (stage: string) =>
  ({ error }: Sample): boolean =>
    error?.stage === stage

/** Matches codes of the system, of Node and of its HTTP parser. All other codes come from the lanes. */
export const isFromNode = ({ error }: Sample): boolean => /^(E[A-Z]|HPE_|UNKNOWN$)/.test(error?.code ?? '')

/** Milliseconds from the moment in which the request had its connection. */
export const tookMs = ({ endMs, connectMs }: Sample): number => endMs - (connectMs ?? 0)
