import { http1Unread } from '../../../helpers/hostile/http1-attacks.ts'
import { http2Unread } from '../../../helpers/hostile/http2-attacks.ts'
import { websocketUnread } from '../../../helpers/hostile/websocket-attacks.ts'
import { besiege } from './besieged.ts'
import { h2cBesieged, http1Besieged, http2SecureBesieged, httpsBesieged } from './servers.ts'

besiege('HTTP/1', http1Besieged, [...http1Unread, ...websocketUnread])
besiege('https', httpsBesieged, [...http1Unread, ...websocketUnread])
besiege('h2c', h2cBesieged, http2Unread)
besiege('HTTP/2 over TLS', () => http2SecureBesieged(true), http2Unread)
