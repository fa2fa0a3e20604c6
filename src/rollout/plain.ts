/** Markdown of the guide without its backticks, for a terminal. */
export function plain(markdown: string): string {
  return markdown.replaceAll('`', '')
}
