import { readFileSync } from 'node:fs'
import type { Mutant } from './operators.ts'

/** A change that no test can notice, and why. */
interface Equivalent {
  readonly file: string
  /** The line as it is, and what the change makes of it; both without indentation. */
  readonly was: string
  readonly becomes: string
  readonly reason: string
}

/** Everything that is known to be equivalent. */
export function readEquivalent(): readonly Equivalent[] {
  return JSON.parse(
    readFileSync(new URL('equivalent.json', import.meta.url), 'utf8'),
  ) as readonly Equivalent[]
}

const known = readEquivalent()

/** The first line that a mutant changes, before and after. */
export function describeChange(
  mutant: Mutant,
  text: string,
): { readonly was: string; readonly becomes: string } {
  const lineStart = text.lastIndexOf('\n', mutant.start - 1) + 1
  const lineEnd = (from: number): number => (text.indexOf('\n', from) + 1 || text.length + 1) - 1
  const was = text.slice(lineStart, lineEnd(mutant.start))
  const becomes =
    text.slice(lineStart, mutant.start) + mutant.replacement + text.slice(mutant.end, lineEnd(mutant.end))
  return { was: was.trim(), becomes: becomes.split('\n')[0]?.trim() ?? '' }
}

/** Why no test can notice the mutant; undefined for one that counts. */
export function whyEquivalent(mutant: Mutant, text: string): string | undefined {
  const { was, becomes } = describeChange(mutant, text)
  return known.find((each) => each.file === mutant.file && each.was === was && each.becomes === becomes)
    ?.reason
}
