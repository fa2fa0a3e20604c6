/** Longest head that is read; Node's own client refuses one of 16 KiB (`--max-http-header-size`). */
const LONGEST_HEAD = 65_536
const HTTP = 'HTTP/'

/** What a server has answered to an upgrade. */
export type UpgradeAnswer =
  /** Nothing yet, or a part of a head. */
  | { readonly kind: 'none' }
  /** The connection speaks another protocol from the byte with this number on: 101, or 2xx to a CONNECT. */
  | { readonly kind: 'switched'; readonly behind: number; readonly protocol: string | null }
  /** An ordinary response, such as 401. */
  | { readonly kind: 'refused' }
  /** No HTTP at all. */
  | { readonly kind: 'foreign' }

const none: UpgradeAnswer = { kind: 'none' }
const refused: UpgradeAnswer = { kind: 'refused' }
const foreign: UpgradeAnswer = { kind: 'foreign' }

/**
 * Reads the answer to an upgrade from the bytes that the application writes to the socket, in pieces of any
 * size.
 */
export class UpgradeAnswerReader {
  readonly #isTunnel: boolean
  #text = ''

  /** @param isTunnel whether CONNECT was asked for, where any 2xx means yes (RFC 9110 §9.3.6) */
  constructor(isTunnel: boolean) {
    this.#isTunnel = isTunnel
  }

  /** Reads the next piece. `behind` of the answer is an offset in this piece. */
  pass(bytes: Uint8Array): UpgradeAnswer {
    const before = this.#text.length
    const room = Math.min(bytes.length, LONGEST_HEAD)
    this.#text += Buffer.from(bytes.buffer, bytes.byteOffset, room).toString('latin1')
    return this.#read(before)
  }

  #read(before: number): UpgradeAnswer {
    const text = this.#text
    if (!text.startsWith(HTTP) && !HTTP.startsWith(text)) return foreign
    const line = /^HTTP\/\d(?:\.\d)? (\d{3})/.exec(text)
    if (!line) return text.length > 16 ? foreign : none
    const status = Number(line[1])
    const isSwitch = this.#isTunnel ? status >= 200 && status <= 299 : status === 101
    if (!isSwitch && status >= 200) return refused
    const blank = /\r?\n\r?\n/.exec(text)
    if (!blank) return text.length < LONGEST_HEAD ? none : foreign
    const end = blank.index + blank[0].length
    if (isSwitch) return { kind: 'switched', behind: end - before, protocol: protocolOf(text.slice(0, end)) }
    // 100 and 103 announce the answer, and are none.
    this.#text = text.slice(end)
    return this.#text === '' ? none : this.#read(before - end)
  }
}

function protocolOf(head: string): string | null {
  const protocol = /\n\s*upgrade\s*:\s*([^\r\n]*)/i.exec(head)?.[1]
  return protocol === undefined ? null : protocol.trim().toLowerCase()
}
