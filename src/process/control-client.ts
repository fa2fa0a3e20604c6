import { connect } from 'node:net'
import type { ControlAnswer, ControlCommand } from '../core/supervisor-status.ts'

/** A status of many generations takes some kilobytes. */
const MAX_ANSWER_LENGTH = 1_000_000

/**
 * Sends a command to the control socket of a supervisor, and resolves to the answer. Rejects with the error
 * of the system when nobody listens there (`ENOENT`, `ECONNREFUSED`, `EACCES`), and with another error when
 * the supervisor goes away before its answer, or the answer is none.
 * @param path of the control socket
 * @param signal gives up, with its reason
 */
export function askSupervisor(
  path: string,
  command: ControlCommand,
  signal?: AbortSignal,
): Promise<ControlAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<ControlAnswer>()
  let text = ''
  // The connection is not half-closed: the other side would end it, too, before it has an answer.
  const socket = connect({ path, ...(signal && { signal }) }, () =>
    socket.write(`${JSON.stringify(command)}\n`),
  )
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
    const end = text.indexOf('\n')
    if (end < 0 && text.length <= MAX_ANSWER_LENGTH) return
    settle(end < 0 ? undefined : parseAnswer(text.slice(0, end)))
  })
  socket.on('error', reject)
  socket.on('close', () => reject(new Error(`Ask ${path}: the supervisor closed the connection unanswered`)))
  return promise

  function settle(answer: ControlAnswer | undefined): void {
    if (answer) resolve(answer)
    else reject(new Error(`Ask ${path}: got '${text.slice(0, 80)}', wanted the answer of a supervisor`))
    socket.destroy()
  }
}

function parseAnswer(line: string): ControlAnswer | undefined {
  try {
    const answer = JSON.parse(line) as ControlAnswer | null
    return typeof answer?.ok === 'boolean' ? answer : undefined
  } catch {
    return undefined
  }
}
