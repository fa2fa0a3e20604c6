import type { RequestOptions } from 'node:https'

/** How requests reach one API server. */
export interface ApiAccess {
  /** Base URL, such as `https://10.0.0.1:6443`. */
  readonly server: string
  /** TLS and authentication of one request; called for every request, because tokens expire. */
  authorize(): Promise<RequestOptions>
}
