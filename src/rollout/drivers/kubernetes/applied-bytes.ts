/**
 * `kubectl apply` keeps a copy of the object in an annotation. All annotations of an object together are
 * limited to this size (apimachinery, `TotalAnnotationSizeLimitB`).
 */
export const MAX_APPLIED_BYTES = 256 * 1_024

/** Length of a value in that annotation, where kubectl writes three characters of JSON as six. */
export function appliedBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value).replaceAll(/[<>&]/g, '\\u0000'))
}
