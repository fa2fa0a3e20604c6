import { LastcallError } from '../core/errors.ts'

/**
 * Whether the cluster refused something or was away for too long, or the agent in it was lost: no pod is to
 * blame for that, and the run cannot go on.
 */
export function endsRun(error: unknown): error is LastcallError {
  return (
    error instanceof LastcallError && (error.code === 'LASTCALL_CLUSTER' || error.code === 'LASTCALL_AGENT')
  )
}
