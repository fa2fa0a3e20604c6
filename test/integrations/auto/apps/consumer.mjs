// A server that takes work from somewhere besides. What its handler for SIGTERM does, the argument says.
import { createServer } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import { setTimeout as sleep } from 'node:timers/promises'

const [behaviour, protocol] = process.argv.slice(2)
const say = (...words) => console.log(words.join(' '))

const answer = (request, response) => {
  if (request.url === '/slow') say('slow')
  response.on('finish', () => say(`finished ${request.url}`))
  setTimeout(() => response.end('ok\n'), request.url === '/slow' ? 700 : 0)
}
const server = protocol === 'http2' ? createHttp2Server(answer) : createServer(answer)
const closeOfBefore = server.close.bind(server)

let isTaking = true
let job = Promise.resolve()
async function take() {
  for (let number = 1; isTaking; number++) {
    say(`took ${number}`)
    await (job = sleep(number === 1 ? 5 : 50))
    say(`did ${number}`)
  }
}
const stopTaking = async () => {
  say('handled')
  isTaking = false
  await job
  say('ready')
}

/** After the job in hand: everything that handlers do to their servers. */
const behaviours = {
  closes: async () => {
    await stopTaking()
    server.close((error) => {
      say('closed', error?.code ?? 'without an error')
      process.exit(0)
    })
  },
  resets: async () => {
    await stopTaking()
    server.closeIdleConnections()
    server.closeAllConnections()
    server.close(() => process.exit(0))
  },
  keptClose: async () => {
    await stopTaking()
    closeOfBefore((error) => (say('closed', error?.code ?? 'without an error'), process.exit(0)))
  },
  exits: () => {
    isTaking = false
    say('handled')
    process.exit(3)
  },
  takesLong: async () => {
    await stopTaking()
    await sleep(600)
    server.close((error) => (say('closed', error?.code ?? 'without an error'), process.exit(0)))
  },
  endsByItself: async () => {
    await stopTaking()
    server.close()
  },
  hangs: async () => {
    await stopTaking()
    setInterval(() => {}, 60_000)
  },
  throws: () => {
    isTaking = false
    throw new Error('the handler threw')
  },
}

process.on('SIGTERM', behaviours[behaviour])
server.listen(0, '127.0.0.1', () => {
  say(`listening ${server.address().port}`)
  void take()
})
