/**
 * Whether a version is at least another one, by its first two numbers. The rest, such as a pre-release, does
 * not count. A text that is not a version is never new enough.
 */
export function isAtLeast(version: string, wanted: string): boolean {
  const [major, minor] = numbersOf(version)
  const [wantedMajor, wantedMinor] = numbersOf(wanted)
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)
}

function numbersOf(version: string): readonly [number, number] {
  const [major = NaN, minor = NaN] = version.split('.', 2).map(Number)
  return [major, minor]
}
