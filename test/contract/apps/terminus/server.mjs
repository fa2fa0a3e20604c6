// @godaddy/terminus as its README shows it.
import http from 'node:http'
import { createTerminus } from '@godaddy/terminus'

const server = http.createServer((request, response) => {
  if (request.url !== '/slow') return response.end('ok')
  console.log('slow')
  response.on('finish', () => console.log('slow answered'))
  setTimeout(() => response.end('ok at last'), 2000)
})

createTerminus(server, {
  signal: 'SIGTERM',
  healthChecks: { '/healthcheck': async () => {} },
  onSignal: async () => console.log('cleanup: starting cleanup'),
  onShutdown: async () => console.log('cleanup finished, server is shutting down'),
})

server.listen(process.env.PORT || 3000)
