// A slow server on the unix socket that it is told, with a handler for SIGTERM from before or behind listen().
import { createServer } from 'node:http'

const [, , path, handler] = process.argv
const server = createServer((request, response) => setTimeout(() => response.end('slow'), 300))
const listenToSignal = () => process.on('SIGTERM', () => server.close())
if (handler === 'before') listenToSignal()
server.listen(path)
if (handler === 'behind') listenToSignal()
