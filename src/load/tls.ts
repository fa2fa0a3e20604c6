import type { Socket } from 'node:net'
import { connect, createSecureContext, type SecureContext, TLSSocket } from 'node:tls'

/** TLS settings of a target. Plain JSON. */
export interface TargetTls {
  /**
   * Server name to request; the certificate must match it. Absent: the certificate must match the address.
   */
  readonly servername?: string
  /** CA certificates to trust, PEM. Absent: those that Node.js trusts. */
  readonly ca?: string
  /** Whether to accept every certificate. */
  readonly insecure: boolean
}

/** The protocol inside TLS, by its ALPN name. */
export type Protocol = 'http/1.1' | 'h2'

/**
 * Contexts by their options. Reading the certificates for each connection would take longer than connecting.
 */
const contexts = new WeakMap<TargetTls, SecureContext>()

/** Connects and starts the TLS handshake. Sessions are never resumed, as for a new client. */
export function dialTls(
  place: { readonly host: string; readonly port: number },
  tls: TargetTls,
  protocol: Protocol,
): TLSSocket {
  const secureContext = contexts.get(tls) ?? createSecureContext(tls.ca === undefined ? {} : { ca: tls.ca })
  contexts.set(tls, secureContext)
  const socket = connect({
    ...place,
    secureContext,
    ALPNProtocols: [protocol],
    rejectUnauthorized: !tls.insecure,
    ...(tls.servername !== undefined && { servername: tls.servername }),
  })
  socket.setNoDelay(true)
  return socket
}

/**
 * Explains why an open connection does not support HTTP/2: a server without ALPN accepts any client.
 * Undefined if it does, and without TLS.
 */
export function http2Problem(socket: Socket): Error | undefined {
  if (!(socket instanceof TLSSocket) || socket.alpnProtocol === 'h2') return undefined
  const message = 'the server does not offer HTTP/2 in the TLS handshake (ALPN)'
  return Object.assign(new Error(message), { code: 'TLS_NO_HTTP2' })
}

const certificateCodes =
  /^(CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_CERT_|INVALID_(CA|PURPOSE)$|PATH_LENGTH_|HOSTNAME_MISMATCH)/

/** Whether an error code means that the client rejected the server's certificate. */
export function isCertificateError(code: string): boolean {
  return certificateCodes.test(code)
}

/** Whether an error code means that both sides could not agree on TLS. */
export function isTlsError(code: string): boolean {
  return code === 'EPROTO' || code === 'TLS_NO_HTTP2' || code.startsWith('ERR_SSL_')
}
