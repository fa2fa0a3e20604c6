import { tlsAttacks } from '../../../helpers/hostile/tls-attacks.ts'
import { besiege } from './besieged.ts'
import { http2SecureBesieged, httpsBesieged } from './servers.ts'

besiege('https', httpsBesieged, tlsAttacks)
besiege('HTTP/2 over TLS', () => http2SecureBesieged(false), tlsAttacks)
besiege('HTTP/2 over TLS with HTTP/1', () => http2SecureBesieged(true), tlsAttacks)
