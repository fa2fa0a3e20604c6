/** What a prober asks for. */
export interface ProbeTarget {
  /** Without slashes at its end. */
  readonly path: string
  readonly verbose: boolean
}

/**
 * Reads the target of a request to the probe server. Its time grows only with the length: a client
 * may send 16 KB of slashes.
 * @param url as `IncomingMessage.url` has it
 */
export function parseTarget(url: string): ProbeTarget {
  const mark = url.indexOf('?')
  let end = mark < 0 ? url.length : mark
  while (end > 1 && url[end - 1] === '/') end--
  // With its question mark: without one, URLSearchParams would take away a second.
  const query = mark < 0 ? '' : url.slice(mark)
  return { path: url.slice(0, end), verbose: new URLSearchParams(query).has('verbose') }
}
