import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually, within } from '../../../helpers/eventually.ts'
import { http1Kinds, startBare, startKind } from './http1-servers.ts'
import { type Handler } from '../setup.ts'

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: test\r\n\r\n`
const post = (headers = ''): string =>
  `POST / HTTP/1.1\r\nHost: test\r\n${headers}Content-Length: 2\r\n\r\nok`

const answerLater: Handler = (_, response) => void setImmediate(() => response.end('later'))

/** One packet each, with something in it that Node's parser refuses. */
const packets: Readonly<Record<string, string>> = {
  'a stray byte behind a GET': `${get('/1')}X`,
  'a stray line behind a GET': `${get('/1')}garbage\r\n\r\n`,
  'garbage behind a POST': `${post()}garbage\r\n\r\n`,
  'garbage behind two GETs': `${get('/1')}${get('/2')}garbage\r\n\r\n`,
  'garbage behind Expect: 100-continue': `${post('Expect: 100-continue\r\n')}garbage\r\n\r\n`,
  'garbage behind another expectation': `${post('Expect: more\r\n')}garbage\r\n\r\n`,
  'a bad chunk in a body': 'POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
  'a head that is too large behind a GET': `${get('/1')}GET / HTTP/1.1\r\nA: ${'x'.repeat(20_000)}\r\n`,
  'garbage alone': 'garbage\r\n\r\n',
}

const handlers: Readonly<Record<string, Handler>> = {
  'at once': (request, response) => response.end(request.url),
  later: answerLater,
  'after its body': (request, response) => request.resume().on('end', () => response.end('read')),
}

/** Everything that the client got, but for the two lines that lastcall changes, and the time. */
const plain = (received: string): string =>
  received.replaceAll(/^(connection|keep-alive|date): .*\r\n/gim, '').replaceAll('\r\n', '\n')

/**
 * Without the error that may stand behind a complete 200: after `Connection: close` it means nothing to a
 * client.
 */
const answered = (received: string): string => received.replace(/(?<=200 OK[^]*)HTTP\/1\.1 4[^]*$/, '')

for (const [protocol, kind] of Object.entries(http1Kinds)) {
  for (const listens of [false, true]) {
    test(`${protocol}: what is sent before a parser error is answered as without lastcall${listens ? ', with a clientError listener' : ''}`, async (t) => {
      for (const [when, handler] of Object.entries(handlers)) {
        const { adapter, server, client } = await startKind(t, kind, handler)
        const bare = await startBare(t, kind, handler)
        for (const one of [server, bare.server]) {
          one.on('checkContinue', handler).on('checkExpectation', handler)
          if (!listens) continue
          one.on('clientError', (error: NodeJS.ErrnoException, socket) => {
            if (socket.writable) socket.end(`HTTP/1.1 400 ${error.code}\r\nContent-Length: 0\r\n\r\n`)
            else socket.destroy()
          })
        }
        adapter.announceClose()
        for (const [what, packet] of Object.entries(packets)) {
          const got = await Promise.all(
            [await client(), await bare.client()].map(async (one) => {
              one.send(packet)
              await within(10_000, `${what}, answered ${when}`, one.ended())
              return one.received
            }),
          )
          const [ours, theirs] = got as [string, string]
          assert.equal(answered(plain(ours)), answered(plain(theirs)), `${what}, answered ${when}`)
          if (what === 'a stray byte behind a GET' && when === 'at once')
            assert.match(ours, /^HTTP\/1\.1 200 OK[^]*\/1/)
        }
      }
    })
  }
}

test('a handler that throws does not keep those behind it from their requests', async (t) => {
  const errors: unknown[] = []
  const own = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  process.on('uncaughtException', (error) => errors.push(error.message))
  t.after(() => {
    process.removeAllListeners('uncaughtException')
    for (const listener of own) process.on('uncaughtException', listener)
  })
  const seen: string[] = []
  const { adapter, client } = await startKind(t, http1Kinds.http, (request) => {
    seen.push(request.url ?? '')
    throw new Error(`no ${request.url}`)
  })
  adapter.announceClose()
  const one = await client()
  one.send(`${get('/1')}${get('/2')}`)
  await eventually('both handlers ran', () => seen.length === 2)
  assert.deepEqual(errors, ['no /1', 'no /2'])
})
