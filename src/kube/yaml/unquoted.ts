/** Everything after a colon, and an escape sequence; not the words "Flow sequence". */
const quote = /(?<! ):.*|(?<=escape) sequence .*/s

/**
 * The message of a YAML error without what it quotes of the text: that may be a secret, and the message goes
 * to a log.
 */
export function unquoted(message: string): string {
  return message.replace(quote, '')
}
