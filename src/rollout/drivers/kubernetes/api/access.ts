import type { RequestOptions } from 'node:https'

/** Options of one request that carry its authentication. */
export interface AuthorizedOptions extends Omit<RequestOptions, 'headers'> {
  readonly headers?: Readonly<Record<string, string>>
}

/** How requests reach one API server. */
export interface ApiAccess {
  /** Base URL, such as `https://10.0.0.1:6443`. */
  readonly server: string
  /** TLS and authentication of one request; called for every request, because tokens expire. */
  authorize(): Promise<AuthorizedOptions>
}
