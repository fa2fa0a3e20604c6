/** The parsed URL of a probe. */
export interface ProbeTarget {
  /** Without trailing slashes. */
  readonly path: string
  readonly verbose: boolean
}

/**
 * Parses the URL of a request to the probe server in linear time: a client may send 16 KB of slashes.
 * @param url value of `IncomingMessage.url`
 */
export function parseTarget(url: string): ProbeTarget {
  const mark = url.indexOf('?')
  let end = mark < 0 ? url.length : mark
  while (end > 1 && url[end - 1] === '/') end--
  // Keeps the question mark: URLSearchParams strips one, which could be the first character of the query.
  const query = mark < 0 ? '' : url.slice(mark)
  return { path: url.slice(0, end), verbose: new URLSearchParams(query).has('verbose') }
}
