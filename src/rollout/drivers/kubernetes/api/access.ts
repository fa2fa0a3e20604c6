import type { RequestOptions } from 'node:https'

/** Options of one authenticated request. */
export interface AuthorizedOptions extends Omit<RequestOptions, 'headers'> {
  readonly headers?: Readonly<Record<string, string>>
}

/** Access to one API server. */
export interface ApiAccess {
  /** Base URL, such as `https://10.0.0.1:6443`. */
  readonly server: string
  /** Provides TLS and authentication for one request. Called for each request, because tokens expire. */
  authorize(): Promise<AuthorizedOptions>
}
