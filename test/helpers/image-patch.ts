/** What a patch does to the image of the Deployment's container. */
interface PatchedImage {
  /** What a JSON patch wants to find there; undefined: anything. */
  readonly expected?: string | undefined
  /** What it puts there; undefined: it changes something else. */
  readonly image?: string | undefined
}

interface Operation {
  readonly op: string
  readonly path: string
  readonly value: string
}

type Template = { spec?: { template?: { spec?: { containers?: readonly { image?: string }[] } } } }

/** Reads a strategic merge patch or a JSON patch. */
export function imagesIn(patch: unknown): PatchedImage {
  if (!Array.isArray(patch))
    return { image: (patch as Template).spec?.template?.spec?.containers?.[0]?.image }
  const operations: readonly Operation[] = patch
  const valueOf = (wanted: string): string | undefined =>
    operations.find(({ op, path }) => op === wanted && path.endsWith('/0/image'))?.value
  return { expected: valueOf('test'), image: valueOf('replace') }
}
