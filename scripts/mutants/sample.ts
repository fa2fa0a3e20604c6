import type { Judgement } from './judge.ts'

/** Draws so many without putting back; the same for the same seed. */
export function drawSample<T>(all: readonly T[], count: number, seed: number): readonly T[] {
  const rest = [...all]
  // mulberry32: the quality of a die is enough.
  let state = seed
  const random = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const drawn: T[] = []
  while (drawn.length < count && rest.length > 0) {
    drawn.push(...rest.splice(Math.floor(random() * rest.length), 1))
  }
  return drawn
}

/** The share that was noticed, with Wilson's 95 % interval: a sample says no more than that. */
export function scoreOf(judgements: readonly Pick<Judgement, 'outcome'>[]): string {
  const counted = judgements.filter(({ outcome }) => outcome !== 'untyped')
  const [n, killed] = [counted.length, counted.filter(({ outcome }) => outcome === 'killed').length]
  if (n === 0) return 'no mutant was judged'
  const [share, z] = [killed / n, 1.96]
  const middle = (share + z ** 2 / (2 * n)) / (1 + z ** 2 / n)
  const half = (z * Math.sqrt((share * (1 - share)) / n + z ** 2 / (4 * n ** 2))) / (1 + z ** 2 / n)
  const percent = (value: number): string => (100 * value).toFixed(0)
  const untyped = judgements.length - n
  return `${killed} of ${n} mutants noticed: ${percent(share)} % (95 % interval ${percent(middle - half)} to ${percent(middle + half)}); ${untyped} more are refused by the type check`
}
