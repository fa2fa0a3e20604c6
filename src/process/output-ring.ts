/** The last lines that a child process wrote, in bounded memory. */
export interface OutputRing {
  write(chunk: string): void
  lines(): readonly string[]
}

const MAX_LINES = 200
const MAX_LINE_LENGTH = 2_000

/** An empty ring. */
export function createOutputRing(): OutputRing {
  const lines: string[] = []
  let rest = ''
  return {
    write(chunk) {
      const parts = `${rest}${chunk}`.split(/\r?\n/)
      rest = (parts.pop() ?? '').slice(-MAX_LINE_LENGTH)
      for (const line of parts) lines.push(line.slice(0, MAX_LINE_LENGTH))
      lines.splice(0, Math.max(0, lines.length - MAX_LINES))
    },
    lines: () => (rest === '' ? [...lines] : [...lines, rest]),
  }
}
