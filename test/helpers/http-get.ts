import { request } from 'node:http'
import { text } from 'node:stream/consumers'

/** An answer as it came. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

/** Asks once, on a connection of its own, without a retry. */
export function httpGet(port: number, path: string, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request({ port, path, method, host: '127.0.0.1', agent: false, timeout: 10_000 })
      .on('response', (response) => {
        text(response).then(
          (body) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
          reject,
        )
      })
      .on('timeout', () => reject(new Error(`no answer to ${path}`)))
      .on('error', reject)
      .end()
  })
}
