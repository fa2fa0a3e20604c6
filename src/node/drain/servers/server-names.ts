/**
 * Names of the servers that are served now. A name is free again when its server is closed: a program that
 * opens and closes servers would otherwise get a new label in its metrics for each of them.
 */
export class ServerNames {
  readonly #taken: (string | null)[] = []

  has(name: string): boolean {
    return this.#taken.includes(name)
  }

  /**
   * The name of a server that was given none: `main` for the first place, `server-2` for the second and so
   * on.
   */
  next(): string {
    let place = this.#free()
    while (this.has(defaultName(place))) place++
    return defaultName(place)
  }

  /** Takes a name that is free. */
  take(name: string): void {
    this.#taken[this.#free()] = name
  }

  free(name: string): void {
    const place = this.#taken.indexOf(name)
    if (place >= 0) this.#taken[place] = null
  }

  #free(): number {
    const place = this.#taken.indexOf(null)
    return place >= 0 ? place : this.#taken.length
  }
}

const defaultName = (place: number): string => (place === 0 ? 'main' : `server-${place + 1}`)
