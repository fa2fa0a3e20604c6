/** The known name that is closest to a wrong one. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const byDistance = known.map((other) => ({ other, distance: distanceOf(name, other) }))
  return byDistance.toSorted((one, another) => one.distance - another.distance)[0]?.other
}

/** How many letters have to be inserted, deleted or replaced (Levenshtein), ignoring case. */
function distanceOf(one: string, other: string): number {
  const letters = other.toLowerCase()
  let row = Array.from({ length: letters.length + 1 }, (_, index) => index)
  for (const letter of one.toLowerCase()) {
    const next = [(row[0] ?? 0) + 1]
    for (const [index, same] of Array.from(letters).entries()) {
      const replaced = (row[index] ?? 0) + (letter === same ? 0 : 1)
      next.push(Math.min(replaced, (row[index + 1] ?? 0) + 1, (next[index] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
