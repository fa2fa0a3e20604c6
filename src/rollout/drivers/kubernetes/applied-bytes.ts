/**
 * `kubectl apply` keeps a copy of the object in an annotation; its annotations together may be as long as
 * this (apimachinery, `TotalAnnotationSizeLimitB`).
 */
export const MAX_APPLIED_BYTES = 256 * 1_024

/** How long a value is in that annotation: kubectl writes three characters of JSON as six. */
export function appliedBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value).replaceAll(/[<>&]/g, '\\u0000'))
}
