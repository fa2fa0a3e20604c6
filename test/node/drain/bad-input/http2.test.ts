import { http2Attacks, http2Silences } from '../../../helpers/hostile/http2-attacks.ts'
import { besiege } from './besieged.ts'
import { h2cBesieged, http2SecureBesieged } from './servers.ts'

besiege('h2c', h2cBesieged, http2Attacks)
besiege('HTTP/2 over TLS', () => http2SecureBesieged(true), http2Silences)
