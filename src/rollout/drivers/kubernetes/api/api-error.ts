import { LastcallError } from '../../../../core/errors.ts'

/** An answer of the API server other than 2xx, or the lack of one. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  /** HTTP status; 0 without an answer. */
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

/** Whether the same request may succeed later: a restarted API server, a broken connection, too much load. */
export function isTransient(error: unknown): boolean {
  return error instanceof ApiError && transient.includes(error.status)
}

/** Whether the object does not exist. */
export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404
}

/** Hint for a user who may have named the wrong cluster. Omitted after the first answer of the server. */
const FIRST_HINT = '; is it the right one? See --context and --kubeconfig'

/**
 * Runs requests to the API server and converts its refusals into errors for users.
 * @param hint added when the server does not answer at all
 * @throws LastcallError `LASTCALL_CLUSTER` instead of {@link ApiError}; any other error unchanged
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

/** Reads the Status object of an error answer. */
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
