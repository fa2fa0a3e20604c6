// http-terminator as its README shows it.
import http from 'node:http'
import { createHttpTerminator } from 'http-terminator'

const server = http.createServer((request, response) => {
  if (request.url !== '/slow') return response.end('ok')
  console.log('slow')
  response.on('finish', () => console.log('slow answered'))
  setTimeout(() => response.end('ok at last'), 2000)
})
server.listen(process.env.PORT || 3000)

const httpTerminator = createHttpTerminator({ server })

process.on('SIGTERM', async () => {
  console.log('cleanup')
  await httpTerminator.terminate()
  console.log('terminated')
  process.exit(0)
})
