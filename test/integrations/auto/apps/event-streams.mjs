// Event streams that nobody ends, over HTTP/1 and (with an argument) HTTP/2. SIGUSR2 is the news that some of them wait for.
import { createServer } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'

const news = (tell) => process.once('SIGUSR2', tell)
const head = { 'Content-Type': 'text/event-stream; charset=utf-8' }

const streams = {
  // Written on and on, whatever becomes of the response.
  '/ticks': (response) => {
    response.writeHead(200, head)
    let id = 0
    const write = () => response.write(`id: ${++id}\ndata: tick\n\n`)
    write()
    setInterval(write, 5)
    news(() => {
      response.write('data: late\n\n', (error) => console.log(`written: ${error?.code}`))
      response.end('data: later\n\n', () => console.log('ended'))
    })
  },
  '/quiet': (response) => {
    response.setHeader('content-type', 'text/event-stream')
    response.flushHeaders()
  },
  // The head goes out with the first half of an event.
  '/half': (response) => {
    response.setHeader('Content-Type', 'text/event-stream')
    response.write(Buffer.from('data: one\r\n\r\nid: 2\r\n'))
    news(() => {
      response.write('data: two\r\n')
      setTimeout(() => {
        response.write('\r\n')
        response.write('data: three\n\n')
      }, 50)
    })
  },
  '/comments': (response) => {
    response.writeHead(200, ['content-type', 'text/event-stream'])
    response.write('data: one\n\n')
    setTimeout(() => response.write(': still there\n'), 10)
  },
  '/piped': async (response) => {
    response.writeHead(200, head)
    async function* events() {
      for (;;) {
        yield 'data: piped\n\n'
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    }
    await pipeline(Readable.from(events()), response).catch(({ code }) => console.log(`pipeline: ${code}`))
  },
  '/gzipped': (response) => {
    response.writeHead(200, { ...head, 'Content-Encoding': 'gzip' })
    // Its compressor has written nothing yet, not even its own head.
    response.flushHeaders()
    createGzip().pipe(response)
  },
  // What language models answer.
  '/answer': (response) => {
    response.writeHead(200, head)
    response.write('data: one\n\n')
    news(() => response.end('data: [DONE]\n\n'))
  },
  '/other': (response) => {
    response.writeHead(200, { 'content-type': 'text/plain', 'x-type': 'text/event-stream' })
    response.write('one\n\n')
    news(() => response.end('two\n\n'))
  },
}

const create = process.argv[2] === 'http2' ? createHttp2Server : createServer
const server = create((request, response) => {
  request.on('close', () => console.log(`closed ${request.url}`))
  response.on('close', () => console.log(`gone ${request.url}`))
  streams[request.url](response)
  console.log(`opened ${request.url}`)
})
server.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`))
