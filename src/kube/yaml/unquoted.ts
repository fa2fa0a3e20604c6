/** Everything after a colon, and an escape sequence; not the words "Flow sequence". */
const quote = /(?<! ):.*|(?<=escape) sequence .*/s

/**
 * The message of a YAML error without its quotes of the text. The message goes to a log, and the text may be
 * a secret.
 */
export function unquoted(message: string): string {
  return message.replace(quote, '')
}
