/** What is wrong with an OpenAPI document; the message goes on after its name: `has no 'paths'`. */
export class DocumentError extends Error {
  override readonly name = 'DocumentError'
}
