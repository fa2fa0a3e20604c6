import { LastcallError } from '../core/errors.ts'

/**
 * Whether the error ends the run without blame for a pod: the cluster refused something or was unavailable
 * for too long, or the agent was lost.
 */
export function endsRun(error: unknown): error is LastcallError {
  return (
    error instanceof LastcallError && (error.code === 'LASTCALL_CLUSTER' || error.code === 'LASTCALL_AGENT')
  )
}
