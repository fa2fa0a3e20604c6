import { http1Attacks } from '../../../helpers/hostile/http1-attacks.ts'
import { besiege } from './besieged.ts'
import { http1Besieged } from './servers.ts'

besiege('HTTP/1', http1Besieged, http1Attacks)
