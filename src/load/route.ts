import type { LoadOptions } from './load-options.ts'

/** A route of the application under load. The flag `--NAME-path` sets its path. */
export interface Route {
  readonly name: string
  /** What the route must do, for the help. */
  readonly about: string
  /** The default path. */
  readonly fallback: string
}

/** The path of a route in this load. */
export function pathOf({ paths }: Pick<LoadOptions, 'paths'>, { name, fallback }: Route): string {
  return paths[name] ?? fallback
}
