/**
 * Cuts a text that comes in pieces into lines.
 * @param maxLength a longer line is left out; memory stays bounded, whatever a program writes
 * @param onLine called with each whole line, without its end
 * @returns takes the pieces
 */
export function eachLine(maxLength: number, onLine: (line: string) => void): (chunk: string) => void {
  let rest = ''
  let isTooLong = false
  return (chunk) => {
    const parts = `${rest}${chunk}`.split('\n')
    rest = parts.pop() ?? ''
    for (const line of parts) {
      if (!isTooLong && line.length <= maxLength) onLine(line)
      isTooLong = false
    }
    if (rest.length <= maxLength) return
    rest = ''
    isTooLong = true
  }
}
