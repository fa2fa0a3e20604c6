import type { Server } from 'node:net'
import { Server as TlsServer } from 'node:tls'

/** Scheme of the server's URLs; null when its protocol is not HTTP. */
export function schemeOf(server: Server): 'http' | 'https' | null {
  // http and https servers have the first method, http2 servers the second. Node exports no class for the
  // latter.
  const speaksHttp = 'closeIdleConnections' in server || 'updateSettings' in server
  if (!speaksHttp) return null
  return server instanceof TlsServer ? 'https' : 'http'
}
