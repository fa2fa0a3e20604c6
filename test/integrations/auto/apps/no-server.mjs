// Programs that are no servers. They print what they see of themselves.
import { spawnSync } from 'node:child_process'
import { createServer, get } from 'node:http'
import { connect, createServer as createRawServer } from 'node:net'
import { Worker } from 'node:worker_threads'

const count = () => process.listenerCount('SIGTERM') + process.listenerCount('SIGINT')

const programs = {
  ends: () =>
    console.log(count(), process.eventNames().includes('SIGTERM'), Object.keys(process).includes('emit')),
  fails: () => {
    process.exitCode = 3
  },
  throws: () => {
    throw new Error('as ever')
  },
  exits: () => {
    process.on('exit', (code) => console.log(`exit ${code}`))
    process.exit(4)
  },
  waits: () => {
    setInterval(() => {}, 60_000)
    console.log('waiting')
  },
  handles: () => {
    process.on('SIGTERM', (...args) => {
      console.log(args.join(' '))
      process.exit(5)
    })
    programs.waits()
  },
  // What get-port and others do.
  findsPort: () =>
    createRawServer().listen(0, function listening() {
      this.close(() => console.log('found', count()))
    }),
  // A login that comes back to a local server, once.
  servesOnce: () =>
    createServer((request, response) => response.end()).listen(0, '127.0.0.1', function listening() {
      get({ port: this.address().port, agent: false }, (response) => {
        response.resume()
        this.close(() => console.log('closed'))
        if (process.argv[3]) programs.waits()
      })
    }),
  failsToListen: () => {
    createServer()
      .listen(Number(process.argv[3]))
      .on('error', ({ code }) => console.log(code))
  },
  // A program's talk with itself.
  internal: () =>
    createRawServer((socket) => socket.resume()).listen(0, '127.0.0.1', function listening() {
      connect(this.address().port, '127.0.0.1', () => console.log('waiting'))
    }),
  worker: () =>
    new Worker(
      `const { createServer } = require('node:http')
      createServer().listen(0, '127.0.0.1', () => require('node:worker_threads').parentPort.postMessage('up'))`,
      { eval: true },
    ).on('message', () => console.log('waiting')),
  child: () => {
    const { status, signal } = spawnSync(process.execPath, ['-e', 'process.kill(process.pid, "SIGTERM")'])
    console.log(status, signal)
  },
}

programs[process.argv[2]]()
