import pc from 'picocolors'

/** The colors of reports, by meaning. */
export interface Palette {
  good(text: string): string
  bad(text: string): string
  doubtful(text: string): string
  strong(text: string): string
  faint(text: string): string
}

/** Colors the text, or leaves it unchanged. */
export function createPalette(coloured: boolean): Palette {
  const { green, red, yellow, bold, dim } = pc.createColors(coloured)
  return { good: green, bad: red, doubtful: yellow, strong: bold, faint: dim }
}
