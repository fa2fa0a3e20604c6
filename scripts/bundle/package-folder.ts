/** The folder of the package that a file belongs to; undefined for a file of our own. */
export function packageFolder(path: string): string | undefined {
  // The last one counts: packages can have packages of their own.
  return /^.*\/?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]
}
