/** A text of another program on one line, without what could move the cursor of a terminal. */
export function plainText(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ')
}
