import type { Sample } from '../load/sample.ts'

/** Why a request failed, as far as its sample alone can tell. */
export interface Cause {
  readonly title: string
  /** How its errors look in a report, in Markdown. */
  readonly error: string
  readonly happened: string
  readonly helps: string
  readonly fits: (sample: Sample) => boolean
}

/** With one of these codes. */
export const hasCode =
  (...codes: readonly string[]) =>
  ({ error }: Sample): boolean =>
    error !== undefined && codes.includes(error.code)

/** With a code that begins so. */
export const begins =
  (start: string) =>
  ({ error }: Sample): boolean =>
    error?.code.startsWith(start) === true

/** At this stage of the request. */
export const isAt =
  (stage: string) =>
  ({ error }: Sample): boolean =>
    error?.stage === stage

/** Node's own codes: of the system, of Node, of its HTTP parser. The others are the lanes'. */
export const isFromNode = ({ error }: Sample): boolean => /^(E[A-Z]|HPE_|UNKNOWN$)/.test(error?.code ?? '')

/** From the moment in which it had its connection, in milliseconds. */
export const tookMs = ({ endMs, connectMs }: Sample): number => endMs - (connectMs ?? 0)
