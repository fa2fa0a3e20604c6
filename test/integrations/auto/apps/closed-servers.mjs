// Opens and closes servers for as long as it runs, as test runners, proxies and port finders do.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')

async function openAndClose() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  server.close()
  await once(server, 'close')
  return new WeakRef(server)
}

const main = createServer((_request, response) => response.end('ok\n')).listen(0, '127.0.0.1')
await once(main, 'listening')
const closed = []
for (let index = 0; index < 50; index++) closed.push(await openAndClose())
const alive = () => closed.filter((server) => server.deref() !== undefined).length
for (let turn = 0; turn < 200 && alive() > 2; turn++) {
  await new Promise((resolve) => setImmediate(resolve))
  collect()
}
console.log(`alive ${alive()}`)
