import type { Attack } from './attack.ts'

/** The head of a request. */
export const head = (line: string, ...headers: readonly string[]): string =>
  [line, 'Host: test', ...headers, '', ''].join('\r\n')

/** Bytes that are no request, or no whole one; the server answers or closes them by itself. */
const malformed: Readonly<Record<string, string>> = {
  'bytes that are no HTTP': '\0\x01\x02\xff\xfe\r\n\r\n',
  'a request line without a path': 'GET\r\n\r\n',
  'a version that does not exist': head('GET / HTTP/9.9'),
  'a head of 100 KB': head('GET / HTTP/1.1', `X-Long: ${'x'.repeat(100_000)}`),
  'ten thousand headers': head('GET / HTTP/1.1', ...Array.from({ length: 10_000 }, () => 'A: b')),
  'a NUL in a header': head('GET / HTTP/1.1', 'X-Odd: a\0b'),
  'a line end alone in a header': head('GET / HTTP/1.1', 'X-Odd: a\nb'),
  'a length that is no number': head('POST / HTTP/1.1', 'Content-Length: -1'),
  'two lengths': head('POST / HTTP/1.1', 'Content-Length: 1', 'Content-Length: 2'),
  'a length and chunks at once': `${head('POST / HTTP/1.1', 'Content-Length: 4', 'Transfer-Encoding: chunked')}0\r\n\r\nGET /`,
  'a chunk size that is no number': `${head('POST / HTTP/1.1', 'Transfer-Encoding: chunked')}zz\r\n`,
  'a chunk size beyond every limit': `${head('POST / HTTP/1.1', 'Transfer-Encoding: chunked')}${'f'.repeat(32)}\r\n`,
  'no Host': 'GET / HTTP/1.1\r\n\r\n',
  'the preface of HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'an expectation that nobody knows': head('GET / HTTP/1.1', 'Connection: close', 'Expect: a miracle'),
}

/** Attacks that the server answers or closes by itself. */
export const malformedRequests: readonly Attack[] = Object.entries(malformed).map(([what, bytes]) => ({
  what,
  forceClosed: null,
  start: async (dial) => {
    const client = await dial()
    client.send(bytes)
    await client.ended
    return client
  },
}))
