import { LastcallError } from '../../../../core/errors.ts'

/** An answer of the API server that is not 2xx, or no answer at all. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  /** HTTP status; 0 when there was no answer. */
  readonly status: number
  /** The `reason` of the server's Status object, such as `NotFound`, or Node's error code. */
  readonly reason: string

  /**
   * @param status HTTP status, 0 without an answer
   * @param reason short name of the cause
   * @param message sentence for people
   */
  constructor(status: number, reason: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.status = status
    this.reason = reason
  }
}

const transient = [0, 408, 429, 500, 502, 503, 504]

/**
 * Whether the same request may succeed a little later: a restarted API server, a broken connection, too much
 * load.
 */
export function isTransient(error: unknown): boolean {
  return error instanceof ApiError && transient.includes(error.status)
}

/** Whether the object is not there. */
export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404
}

/** For a user who may have named the wrong cluster. Left out once the server has answered. */
const FIRST_HINT = '; is it the right one? See --context and --kubeconfig'

/**
 * Runs something that asks the API server; what the server refuses becomes an error for people.
 * @param hint added where it does not answer at all
 * @throws LastcallError `LASTCALL_CLUSTER` instead of {@link ApiError}; anything else as it is
 */
export async function inWords<T>(
  server: string,
  work: () => Promise<T>,
  hint: string = FIRST_HINT,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    const sentence =
      error.status === 0
        ? `the API server ${server} does not answer (${error.message})${hint}`
        : `the API server ${server} refused with ${error.status} ${error.reason}: ${error.message}`
    throw new LastcallError('LASTCALL_CLUSTER', [sentence], error)
  }
}

/** Reads the Status object of an unhappy answer. */
export function toApiError(status: number, body: string): ApiError {
  const { reason, message } = parseStatus(body)
  return new ApiError(status, reason ?? `HTTP ${status}`, message ?? body.slice(0, 500))
}

function parseStatus(body: string): { readonly reason?: string; readonly message?: string } {
  try {
    const { reason, message } = JSON.parse(body) as { reason?: unknown; message?: unknown }
    return {
      ...(typeof reason === 'string' && { reason }),
      ...(typeof message === 'string' && { message }),
    }
  } catch {
    return {}
  }
}
