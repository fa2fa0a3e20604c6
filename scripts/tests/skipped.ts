/** What could not be run, a line for each reason. A reason says what is missing and how to get it. */
export function describeSkipped(skipped: ReadonlyMap<string, readonly string[]>): readonly string[] {
  return [...skipped].map(
    ([reason, titles]) => `Skipped ${titles.length} test${titles.length === 1 ? '' : 's'}: ${reason}`,
  )
}
