/** Longest head to read. Node's own client refuses heads of 16 KiB (`--max-http-header-size`). */
const LONGEST_HEAD = 65_536
const HTTP = 'HTTP/'

/** A server's response to an upgrade. */
export type UpgradeAnswer =
  /** No response yet, or only part of a head. */
  | { readonly kind: 'none' }
  /** The connection changes its protocol at this byte offset: after 101, or after 2xx to a CONNECT. */
  | { readonly kind: 'switched'; readonly behind: number; readonly protocol: string | null }
  /** An ordinary response, such as 401. */
  | { readonly kind: 'refused' }
  /** Not HTTP. */
  | { readonly kind: 'foreign' }

const none: UpgradeAnswer = { kind: 'none' }
const refused: UpgradeAnswer = { kind: 'refused' }
const foreign: UpgradeAnswer = { kind: 'foreign' }

/**
 * Reads the response to an upgrade from the bytes that the application writes to the socket, in pieces of any
 * size.
 */
export class UpgradeAnswerReader {
  readonly #isTunnel: boolean
  #text = ''

  /** @param isTunnel whether the request was a CONNECT, which any 2xx accepts (RFC 9110 §9.3.6) */
  constructor(isTunnel: boolean) {
    this.#isTunnel = isTunnel
  }

  /** Reads the next piece. `behind` in the result is an offset in this piece. */
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
    // 100 and 103 are interim responses. The final one follows.
    this.#text = text.slice(end)
    return this.#text === '' ? none : this.#read(before - end)
  }
}

function protocolOf(head: string): string | null {
  const protocol = /\n\s*upgrade\s*:\s*([^\r\n]*)/i.exec(head)?.[1]
  return protocol === undefined ? null : protocol.trim().toLowerCase()
}
