/**
 * Names of the servers that are served now. A closed server's name becomes free again: otherwise a program
 * that keeps opening servers would create ever new metric labels.
 */
export class ServerNames {
  readonly #taken: (string | null)[] = []

  has(name: string): boolean {
    return this.#taken.includes(name)
  }

  /** The default name: `main` for the first server, `server-2` for the second and so on. */
  next(): string {
    let place = this.#free()
    while (this.has(defaultName(place))) place++
    return defaultName(place)
  }

  /** Takes a free name. */
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
