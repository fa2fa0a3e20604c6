/** A meeting point: resolves when everybody has come, or is known not to come. */
export class Meeting {
  readonly #missing: Set<string>
  readonly #all = Promise.withResolvers<void>()

  constructor(titles: readonly string[]) {
    this.#missing = new Set(titles)
  }

  arrive(title: string): Promise<void> {
    this.#missing.delete(title)
    if (this.#missing.size === 0) this.#all.resolve()
    return this.#all.promise
  }
}
