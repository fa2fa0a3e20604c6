/** Checks the body of an answer as it arrives, in bounded memory. */
export interface BodyCheck {
  write(chunk: Buffer): void
  /** Describes the fault of the complete body; undefined when the body is right. */
  problem(): string | undefined
}
