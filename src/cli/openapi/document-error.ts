/**
 * A problem of an OpenAPI document. The message continues a sentence that begins with the document's name:
 * `has no 'paths'`.
 */
export class DocumentError extends Error {
  override readonly name = 'DocumentError'
}
