/** Looks at an answer's body as it comes, in bounded memory. */
export interface BodyCheck {
  write(chunk: Buffer): void
  /** What is wrong with the whole body; undefined when nothing is. */
  problem(): string | undefined
}
