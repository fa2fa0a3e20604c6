import { splitTarget } from '../../core/probe-reply.ts'

/** The parsed URL of a probe. */
export interface ProbeTarget {
  /** Without trailing slashes. */
  readonly path: string
  readonly verbose: boolean
}

/**
 * Parses the URL of a request to the probe server.
 * @param url value of `IncomingMessage.url`
 */
export function parseTarget(url: string): ProbeTarget {
  const { path, query } = splitTarget(url)
  // With the question mark: URLSearchParams strips one, which could be the first character of the query.
  return { path, verbose: new URLSearchParams(query).has('verbose') }
}
