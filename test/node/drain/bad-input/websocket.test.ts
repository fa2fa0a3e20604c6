import { websocketAttacks } from '../../../helpers/hostile/websocket-attacks.ts'
import { besiege } from './besieged.ts'
import { http1Besieged } from './servers.ts'

besiege('WebSocket', http1Besieged, websocketAttacks)
