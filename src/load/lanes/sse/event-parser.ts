/** One event of a `text/event-stream`. */
export interface ServerEvent {
  /** The last `id` field so far, perhaps from an earlier event; empty without one. */
  readonly id: string
  readonly data: string
}

/** Parses a stream from its first character. */
export interface EventParser {
  /** The last `retry` field: the reconnection time in milliseconds. */
  readonly retryMs: number | undefined
  /**
   * Returns the events that are complete now. An event without its final empty line at the end of the stream
   * is dropped.
   */
  write(text: string): readonly ServerEvent[]
}

/** Creates a parser as the HTML standard describes it (§9.2.6, "Interpreting an event stream"). */
export function createEventParser(): EventParser {
  let rest = ''
  let endedWithCr = false
  let begun = false
  let id = ''
  let data: string[] = []
  let retryMs: number | undefined

  const takeField = (line: string): void => {
    const colon = line.indexOf(':')
    const name = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (name === 'data') data.push(value)
    if (name === 'id' && !value.includes('\0')) id = value
    if (name === 'retry' && /^\d+$/.test(value)) retryMs = Number(value)
  }
  const takeLine = (line: string): ServerEvent | undefined => {
    if (line !== '') {
      takeField(line)
      return undefined
    }
    const event = data.length > 0 ? { id, data: data.join('\n') } : undefined
    data = []
    return event
  }
  return {
    get retryMs() {
      return retryMs
    },
    write(text) {
      if (text === '') return []
      const first = begun ? text : text.replace(/^\uFEFF/, '')
      begun = true
      // Skip the second half of a CR LF whose first half has ended a line already.
      const own = endedWithCr && first.startsWith('\n') ? first.slice(1) : first
      endedWithCr = first.endsWith('\r')
      const lines = (rest + own).split(/\r\n|\n|\r/)
      rest = lines.pop() ?? ''
      return lines.flatMap((line) => takeLine(line) ?? [])
    },
  }
}
