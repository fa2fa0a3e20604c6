import { subscribe } from 'node:diagnostics_channel'
import { Server as HttpServer } from 'node:http'
import type { Server } from 'node:net'
import { after } from 'node:test'

/** Servers of the test file, weakly: one that is forgotten while it listens is kept by Node itself. */
const begun: WeakRef<Server>[] = []

// Node publishes every listen() here (Node docs, diagnostics_channel, "net.Server").
subscribe('tracing:net.server.listen:asyncStart', (message) => {
  begun.push(new WeakRef((message as { server: Server }).server))
})

/**
 * A server that still listens would keep the process of the test file alive, and its run would hang instead
 * of failing.
 */
after(() => {
  const known = new Set(begun.flatMap((server) => server.deref() ?? []))
  const left = [...known].filter((server) => server.listening)
  const addresses = left.map((server) => JSON.stringify(server.address()))
  for (const server of left) {
    server.close(() => {})
    if (server instanceof HttpServer) server.closeAllConnections()
  }
  if (left.length > 0) throw new Error(`still listening after the last test: ${addresses.join(', ')}`)
})
