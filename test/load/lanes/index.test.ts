import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { defaultLaneNames, laneNamed, laneNames, lanes } from '../../../src/load/lanes/index.ts'
import { listen } from '../../helpers/listen.ts'

const top = fileURLToPath(new URL('../../..', import.meta.url))

test('every lane has a name of its own, and every route of a name is the same route', () => {
  assert.equal(new Set(laneNames).size, lanes.length)
  const routes = new Set(lanes.flatMap((lane) => lane.routes))
  assert.equal(new Set([...routes].map(({ name }) => name)).size, routes.size)
  assert.deepEqual(defaultLaneNames, ['new-connections', 'keep-alive', 'think-time', 'slow'])
})

test('laneNamed finds a lane, and names all of them when there is none', () => {
  for (const lane of lanes) assert.equal(laneNamed(lane.name), lane)
  assert.throws(() => laneNamed('fax'), /there is no lane 'fax', there are new-connections, /)
})

interface Run {
  readonly code: unknown
  readonly out: string
  readonly err: string
}

/** A copy of the sources with the lane of test/fixtures/lanes/ping: its folder, and its name in the list. */
function addLane(t: TestContext): (...args: string[]) => Promise<Run> {
  const copy = mkdtempSync(join(tmpdir(), 'lastcall-test-'))
  t.after(() => rmSync(copy, { recursive: true }))
  cpSync(join(top, 'src'), join(copy, 'src'), { recursive: true })
  cpSync(join(top, 'package.json'), join(copy, 'package.json'))
  symlinkSync(join(top, 'node_modules'), join(copy, 'node_modules'))
  const folder = join(copy, 'src/load/lanes/ping')
  mkdirSync(folder)
  const lane = readFileSync(join(top, 'test/fixtures/lanes/ping/ping.ts'), 'utf8')
  writeFileSync(join(folder, 'ping.ts'), lane.replaceAll('../../../../src/load/', '../../'))
  const list = join(copy, 'src/load/lanes/index.ts')
  const text = readFileSync(list, 'utf8').replace('  jobs,\n]', '  jobs,\n  ping,\n]')
  writeFileSync(list, `import { ping } from './ping/ping.ts'\n${text}`)
  return (...args) =>
    new Promise((resolve) => {
      const command = [join(copy, 'src/cli/bin.ts'), ...args]
      execFile(process.execPath, command, { timeout: 20_000 }, (error, out, err) =>
        resolve({ code: error?.code ?? 0, out, err }),
      )
    })
}

test('a lane needs its folder and its place in the list, and nothing else', async (t) => {
  const lastcall = addLane(t)
  let pings = 0
  const server = createServer((request, response) => {
    response.end(request.url === '/p' && ++pings !== 2 ? 'pong' : 'what?')
  })
  const { port } = await listen(t, server)
  const load = ['load', '--url', `http://127.0.0.1:${port}`, '--lanes', 'ping', '--duration', '300ms']

  const { out: help } = await lastcall('rehearse', '--help')
  assert.match(help, /--ping-path <path> +route that answers pong \(default: \/ping\)/)

  const refused = await lastcall(...load)
  assert.equal(refused.code, 2)
  assert.match(refused.err, /GET \/ping answered what\?; teach the route to answer pong/)

  const { code, out } = await lastcall(...load, '--ping-path', '/p', '--progress', '0')
  assert.equal(code, 1)
  assert.match(out, /^lane +requests +failed +pongs +p50 .*\nping +\d+ +1 +\d+ /)
  assert.match(out, /Wrong answer: 1 request[^]*in ping: it was no pong: answered what\?\n.*PING_WRONG/)
  const [, requests, pongs] = /^ping +(\d+) +1 +(\d+) /m.exec(out) ?? []
  assert.equal(Number(pongs), Number(requests) - 1)
})
