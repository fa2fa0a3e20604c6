import assert from 'node:assert/strict'
import { createServer as createHttpServer } from 'node:http'
import { createSecureServer, createServer as createHttp2Server } from 'node:http2'
import { createServer as createHttpsServer } from 'node:https'
import { createServer as createTcpServer } from 'node:net'
import { test } from 'node:test'
import { createServer as createTlsServer } from 'node:tls'
import { schemeOf } from '../../../../src/node/drain/listener/scheme.ts'

const servers = {
  http: [createHttpServer(), createHttp2Server()],
  https: [createHttpsServer(), createSecureServer(), createSecureServer({ allowHTTP1: true })],
  null: [createTcpServer(), createTlsServer()],
}

for (const [scheme, list] of Object.entries(servers)) {
  test(`schemeOf() is ${scheme} for ${list.length} kinds of server`, () => {
    assert.deepEqual(
      list.map((server) => String(schemeOf(server))),
      list.map(() => scheme),
    )
  })
}
