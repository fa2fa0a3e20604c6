// Two servers of one process, of which the first asks the second. It closes them in that order. `/page` asks
// when SIGUSR2 comes.
import { get, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

const [how, mode] = process.argv.slice(2)
const news = new Promise((resolve) => process.once('SIGUSR2', resolve))
const ports: number[] = []

const ask = async (port = 0): Promise<string> => {
  if (how === 'fetch') return (await fetch(`http://127.0.0.1:${port}/`)).text()
  return new Promise((resolve, reject) => {
    get({ port, host: '127.0.0.2', agent: false }, (response) => resolve(text(response))).on('error', reject)
  })
}
const front = createServer((request, response) => {
  const isPage = request.url === '/page'
  if (isPage) console.log('page')
  void (isPage ? news : Promise.resolve())
    .then(() => ask(ports[1]))
    .then(
      (answer) => response.end(answer),
      (error: Error) => response.writeHead(502).end(error.message),
    )
})
const api = createServer((request, response) => {
  if (request.url !== '/back') return void response.end('api\n')
  void ask(ports[0]).then((answer) => response.end(answer))
})

if (mode === 'own') {
  const { createLifecycle } = await import('../../../../src/index.ts')
  const lifecycle = createLifecycle({ shutdownDelayMs: 0 })
  lifecycle.serve(front)
  lifecycle.serve(api)
  await lifecycle.start()
} else {
  process.on('SIGTERM', () => front.close(() => api.close(() => process.exit(0))))
}
for (const server of [front, api]) {
  await new Promise<void>((resolve) => server.listen(0, resolve))
  ports.push((server.address() as AddressInfo).port)
}
console.log(`listening ${ports.join(' ')}`)
