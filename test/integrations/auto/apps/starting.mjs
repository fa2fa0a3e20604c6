// A server that takes its time, until somebody writes to SIGUSR2; with a handler for SIGTERM or a child process, when asked to.
import { spawn } from 'node:child_process'
import { createServer } from 'node:http'

if (process.argv[2] === 'handler') {
  process.on('SIGTERM', () => console.log('handled'))
}
if (process.argv[2] === 'parent') spawn('sleep', ['60'])
process.on('SIGUSR2', () => {
  createServer((request, response) => response.end()).listen(0, '127.0.0.1', () => console.log('listening'))
})
setInterval(() => {}, 60_000)
console.log('starting')
