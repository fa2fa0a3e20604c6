/** A program of the package that is built into files which need no other package. */
export interface Bundle {
  /** Source file of the program, from the root of the repository. */
  readonly entry: string
  /** File that is built, from the root of the repository. */
  readonly output: string
  /**
   * `command` keeps its names, has a source map, and leaves code that is loaded later in files of its own.
   * `payload` is sent to another machine: one file, as small as it can be.
   */
  readonly kind: 'command' | 'payload'
}

/** Every program that `npm run build` bundles. */
export const bundles: readonly Bundle[] = [
  { entry: 'src/cli/bin.ts', output: 'dist/cli/bin.js', kind: 'command' },
  { entry: 'src/rollout/drivers/kubernetes/agent/main.ts', output: 'dist/agent.mjs', kind: 'payload' },
]
