import type { Server } from 'node:net'
import { Server as TlsServer } from 'node:tls'

/** Scheme of the URLs that a server answers, null for one whose protocol is not HTTP. */
export function schemeOf(server: Server): 'http' | 'https' | null {
  // http's and https's servers have the one, http2's the other; Node exports no class of the latter.
  const speaksHttp = 'closeIdleConnections' in server || 'updateSettings' in server
  if (!speaksHttp) return null
  return server instanceof TlsServer ? 'https' : 'http'
}
