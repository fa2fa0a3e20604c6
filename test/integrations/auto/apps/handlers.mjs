// A server whose handlers for SIGTERM do what the argument says.
import { createServer } from 'node:http'
import { exit } from 'node:process'

const server = createServer((request, response) => {
  if (request.url === '/slow') console.log('slow')
  response.on('finish', () => console.log(`finished ${request.url}`))
  if (request.url === '/hang') return console.log('hanging')
  setTimeout(() => response.end('ok\n'), request.url === '/slow' ? 700 : 0)
})
const open = setInterval(() => {}, 60_000)
const say = (...args) => console.log(`handled ${args.join(' ')}`)
const named = () => say('named')
const onTerm = (handler) => process.on('SIGTERM', handler)

const behaviours = {
  exits: () => process.on('SIGTERM', () => (say('exits'), process.exit(Number(process.argv[3] ?? 0)))),
  exitsTwice: () => process.on('SIGTERM', () => (process.exit(4), process.exit(0))),
  importedExit: () => process.on('SIGTERM', () => exit(5)),
  reallyExits: () => process.on('SIGTERM', () => process.reallyExit(6)),
  exitCode: () =>
    process.on('SIGTERM', () => {
      process.exitCode = 7
      clearInterval(open)
    }),
  once: () => {
    process.once('SIGTERM', (...args) => say('first', ...args, process.listenerCount('SIGTERM')))
    process.prependListener('SIGTERM', function prepended() {
      say('prepended', process.listenerCount('SIGTERM'), this === process)
    })
    process.on('SIGTERM', named)
    process.removeListener('SIGTERM', named)
    process.on('SIGTERM', () => process.exit())
    console.log(process.listeners('SIGTERM').length, process.eventNames().includes('SIGINT'))
  },
  rekill: () =>
    process.once('SIGTERM', (signal) => {
      process.removeAllListeners(signal)
      say('rekill')
      process.kill(process.pid, signal)
    }),
  hangs: () => process.on('SIGTERM', () => say('hangs')),
  endsByItself: () =>
    onTerm(async () => {
      await new Promise((resolve) => setTimeout(resolve, 200))
      say('ends')
      clearInterval(open)
    }),
  throws: () =>
    process.on('SIGTERM', () => {
      throw new Error('the handler threw')
    }),
  rejects: () => onTerm(() => Promise.reject(new Error('the handler rejected'))),
  closesTwice: () =>
    process.on('SIGTERM', () =>
      server.close((first) =>
        server.close((second) => {
          say(first, second?.code)
          process.exit()
        }),
      ),
    ),
  keptClose: () => {
    const close = server.close.bind(server)
    process.on('SIGTERM', () => close((error) => (say(error), process.exit())))
  },
  removed: () => {
    process.on('SIGTERM', named)
    setTimeout(() => (process.removeAllListeners('SIGTERM'), console.log('removed')), 50)
  },
  exitsWhileServing: () => server.on('request', () => process.exit(9)),
  exitsInTheDelay: () => process.on('SIGUSR2', () => process.exit(8)),
}

behaviours[process.argv[2]]()
server.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`))
