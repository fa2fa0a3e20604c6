/** Removes the backticks from Markdown of the guide, for a terminal. */
export function plain(markdown: string): string {
  return markdown.replaceAll('`', '')
}
