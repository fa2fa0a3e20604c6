/** An answer of a probe server. */
export interface ProbeReply {
  readonly status: number
  readonly contentType: string
  readonly body: string
}

/** A part of what a probe asks for. */
export interface ProbePart {
  readonly name: string
  readonly ok: boolean
  /** Why; left out where there is nothing to say. */
  readonly reason?: string
}

/** An answer for people. */
export function textReply(status: number, body: string): ProbeReply {
  return { status, contentType: 'text/plain; charset=utf-8', body }
}

/**
 * The answer of a probe, as kube-apiserver has it: one line when all is well, a line for each part with
 * `?verbose` or after a failure.
 * @param brief the line when all is well
 */
export function probeReply(
  name: string,
  parts: readonly ProbePart[],
  { brief, verbose }: { readonly brief: string; readonly verbose: boolean },
): ProbeReply {
  const ok = parts.every((part) => part.ok)
  if (ok && !verbose) return textReply(200, `${brief}\n`)
  const lines = [
    ...parts.map((part) => {
      const reason = part.reason === undefined ? '' : `: ${part.reason}`
      return part.ok ? `[+]${part.name} ok${reason}` : `[-]${part.name} failed${reason}`
    }),
    ok ? `${name} check passed` : `${name} check failed`,
  ]
  return textReply(ok ? 200 : 503, `${lines.join('\n')}\n`)
}

/**
 * The header fields of an answer.
 * @param bytes length of the body
 * @param state name of the state that the answer is about
 */
export function probeHeaders(
  { status, contentType }: ProbeReply,
  bytes: number,
  state: string,
): Record<string, string | number> {
  return {
    'Content-Type': contentType,
    'Content-Length': bytes,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'lastcall-state': state,
    // A reused connection could break at the end of the shutdown, or keep the process alive.
    Connection: 'close',
    ...(status === 405 && { Allow: 'GET, HEAD' }),
  }
}

/**
 * Splits the URL of a request in linear time: a client may send 16 KB of slashes.
 * @returns the path without trailing slashes, and the query with its question mark
 */
export function splitTarget(url: string): { readonly path: string; readonly query: string } {
  const mark = url.indexOf('?')
  let end = mark < 0 ? url.length : mark
  while (end > 1 && url[end - 1] === '/') end--
  return { path: url.slice(0, end), query: mark < 0 ? '' : url.slice(mark) }
}
