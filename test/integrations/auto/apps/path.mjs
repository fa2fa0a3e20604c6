// A server on the unix socket that it is told.
import { createServer } from 'node:http'

createServer((request, response) => response.end('ok')).listen(process.argv[2])
