/** A number with separators, the same in every locale. */
export function count(value: number): string {
  return value.toLocaleString('en-US')
}

/** `1 pod`, `3 pods`. */
export function plural(value: number, noun: string, nouns = `${noun}s`): string {
  return `${count(value)} ${value === 1 ? noun : nouns}`
}
