import type { Socket } from 'node:net'
import { connect, createSecureContext, type SecureContext, TLSSocket } from 'node:tls'

/** How a target speaks TLS. Plain JSON. */
export interface TargetTls {
  /** The name to ask for, which the certificate has to have. Left out: it has to have the address. */
  readonly servername?: string
  /** Certificates of the authorities to trust, PEM. Left out: those that Node.js trusts. */
  readonly ca?: string
  /** Whether every certificate is taken. */
  readonly insecure: boolean
}

/** What is spoken in TLS, by its name in ALPN. */
export type Protocol = 'http/1.1' | 'h2'

/** Contexts by their options: to read the certificates for each connection would take longer than to dial. */
const contexts = new WeakMap<TargetTls, SecureContext>()

/** Dials and begins the handshake. Each connection makes a whole one, as that of a new client. */
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
 * What is wrong with a connection that is up and does not speak HTTP/2: a server without ALPN takes any
 * client. Undefined where nothing is, as without TLS.
 */
export function http2Problem(socket: Socket): Error | undefined {
  if (!(socket instanceof TLSSocket) || socket.alpnProtocol === 'h2') return undefined
  const message = 'the server does not offer HTTP/2 in the TLS handshake (ALPN)'
  return Object.assign(new Error(message), { code: 'TLS_NO_HTTP2' })
}

const certificateCodes =
  /^(CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_CERT_|INVALID_(CA|PURPOSE)$|PATH_LENGTH_|HOSTNAME_MISMATCH)/

/** Whether an error's code says that the certificate of the server was not accepted. */
export function isCertificateError(code: string): boolean {
  return certificateCodes.test(code)
}

/** Whether an error's code says that both sides could not agree on TLS. */
export function isTlsError(code: string): boolean {
  return code === 'EPROTO' || code === 'TLS_NO_HTTP2' || code.startsWith('ERR_SSL_')
}
