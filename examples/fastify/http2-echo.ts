import { createServer, type Http2Server, type Http2ServerRequest } from 'node:http2'
import type { Order, Pool } from './pool.ts'

/** `POST /echo` over HTTP/2 without TLS (h2c), as between services in a cluster. */
export function createHttp2Echo(pool: Pool): Http2Server {
  return createServer((request, response) => {
    const known = request.method === 'POST' && request.url === '/echo'
    const answer = known
      ? readOrder(request).then((order) => pool.save(order))
      : Promise.reject(new Error('not found'))
    answer.then(
      (order) => {
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify(order))
      },
      (error: Error) => {
        response.statusCode = known ? 400 : 404
        response.end(`${error.message}\n`)
      },
    )
  })
}

async function readOrder(request: Http2ServerRequest): Promise<Order> {
  const chunks: Buffer[] = await request.toArray()
  const order = JSON.parse(Buffer.concat(chunks).toString()) as Partial<Order>
  if (typeof order.id !== 'string') throw new Error('id is missing')
  return { item: 'tea', ...order, id: order.id }
}
