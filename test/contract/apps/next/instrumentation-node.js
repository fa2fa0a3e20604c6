// instrumentation-node.js
import { database } from './database.js'

process.on('SIGTERM', () => database.end())
