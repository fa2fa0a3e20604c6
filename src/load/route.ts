import type { LoadOptions } from './load-options.ts'

/** A route of the application under load, which the user can name: `--NAME-path`. */
export interface Route {
  readonly name: string
  /** What the route has to do, for the help. */
  readonly about: string
  /** The path, unless the user names another one. */
  readonly fallback: string
}

/** The path of a route in this load. */
export function pathOf({ paths }: Pick<LoadOptions, 'paths'>, { name, fallback }: Route): string {
  return paths[name] ?? fallback
}
