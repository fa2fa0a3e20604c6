import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { routeOf } from '../../../../src/node/drain/http1/route.ts'

const routes: readonly (readonly [method: string, url: string, route: string])[] = [
  ['GET', '/orders?token=secret', 'GET /orders'],
  ['GET', '/orders#token=secret', 'GET /orders'],
  ['GET', 'http://user:secret@shop:8080/orders?x', 'GET /orders'],
  ['GET', 'http://user:secret@shop', 'GET '],
  ['CONNECT', 'user:secret@shop:443', 'CONNECT shop:443'],
  ['CONNECT', 'shop:443', 'CONNECT shop:443'],
  ['OPTIONS', '*', 'OPTIONS *'],
  ['GET', '/users/a@b/http://x', 'GET /users/a@b/http://x'],
  ['GET', '', 'GET '],
]

for (const [method, url, route] of routes) {
  test(`the route of ${method} '${url}' is '${route}'`, () => assert.equal(routeOf({ method, url }), route))
}

test('a route is short, whatever was asked for, and never shows a query, a fragment or a password', () => {
  const text = fc.stringMatching(/^[a-z0-9/:@.%~-]{0,100}$/)
  const end = fc.constantFrom('?key=SECRET', '#key=SECRET', '?', '#', '')
  fc.assert(
    fc.property(text, end, fc.boolean(), (path, rest, absolute) => {
      const url = absolute ? `http://me:SECRET@shop/${path}${rest}` : `/${path}${rest}`
      const route = routeOf({ method: 'GET', url })
      assert.equal(route, `GET ${`/${path}`.slice(0, 80)}`)
    }),
  )
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (url) => {
      assert.ok(routeOf({ method: 'GET', url }).length <= 84)
    }),
  )
})
