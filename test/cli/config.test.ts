import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { createLoadCommand } from '../../src/cli/commands/load.ts'
import { createRehearseCommand } from '../../src/cli/commands/rehearse.ts'
import { applyConfig } from '../../src/cli/config/apply-config.ts'
import { nearest } from '../../src/cli/config/nearest.ts'
import { main } from '../../src/cli/main.ts'
import { captureIo } from '../helpers/captured-io.ts'
import { listen } from '../helpers/listen.ts'

interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs a command line in a folder with this `lastcall.yaml`. */
async function run(t: TestContext, yaml: string | undefined, ...argv: string[]): Promise<Ran> {
  const cwd = mkdtempSync(join(tmpdir(), 'lastcall-test-'))
  t.after(() => rmSync(cwd, { recursive: true }))
  if (yaml !== undefined) writeFileSync(join(cwd, 'lastcall.yaml'), yaml)
  const io = { ...captureIo(), cwd }
  return { code: await main(argv, io), out: io.out(), err: io.err() }
}

/** A server that remembers what it was asked. */
async function shop(
  t: TestContext,
): Promise<{ url: string; asked: Set<string>; seen: IncomingHttpHeaders[] }> {
  const asked = new Set<string>()
  const seen: IncomingHttpHeaders[] = []
  const server = createServer((request, response) => {
    void request.toArray().then((chunks: Buffer[]) => {
      asked.add(`${request.method} ${request.url} ${Buffer.concat(chunks).toString()}`)
      seen.push(request.headers)
      response.writeHead(request.url === '/missing' ? 404 : 200).end('hello')
    })
  })
  const { port } = await listen(t, server)
  return { url: `http://127.0.0.1:${port}`, asked, seen }
}

const short = 'duration: 300ms\n  progress: 0\n  json: "-"'

test('lastcall.yaml says what the flags can say, and lanes can say it otherwise', async (t) => {
  const { url, asked, seen } = await shop(t)
  const yaml = `
load:
  url: ${url}
  ${short}
  color: false
  rate: 100
  lanes: [new-connections, keep-alive]
  path: /orders
  body: { sku: 1 }
  expectStatus: [2xx, 404]
  headers:
    X-Team: shop
    Content-Type: application/vnd.shop+json
lanes:
  keep-alive:
    method: PUT
    path: /missing
    body: plain
    headers: { X-Team: lane, Content-Type: text/plain }
`
  const { out, err } = await run(t, yaml, 'load')
  assert.notEqual(out, '', err)
  assert.equal((JSON.parse(out) as { failed: number }).failed, 0)
  assert.deepEqual([...asked].toSorted(), ['POST /orders {"sku":1}', 'PUT /missing plain'])
  const kinds = new Set(seen.map((headers) => [headers['x-team'], headers['content-type']].join(' ')))
  assert.deepEqual([...kinds].toSorted(), ['lane text/plain', 'shop application/vnd.shop+json'])
})

test('flags win over the file, header fields one by one', async (t) => {
  const { url, asked, seen } = await shop(t)
  const yaml = `
load:
  url: http://nobody.invalid
  ${short}
  lanes: new-connections
  path: /file
  headers: { X-A: file, X-B: file }
`
  const { out, err } = await run(t, yaml, 'load', '--url', url, '--path', '/flag', '--header', 'x-a: flag')
  assert.notEqual(out, '', err)
  assert.deepEqual([...asked], ['GET /flag '])
  assert.deepEqual([seen[0]!['x-a'], seen[0]!['x-b']], ['flag', 'file'])
})

test('the section load shapes the load of the other commands, unless their own says otherwise', async (t) => {
  const yaml = `
load:
  url: 5 is not read here
  duration: nor this
  rate: 0
  path: a
rehearse:
  path: b
`
  const { code, err } = await run(t, yaml, 'rehearse', '--', 'node')
  assert.equal(code, 2)
  assert.match(err, /- lastcall\.yaml: load\.rate: got '0', wanted a whole number from 1/)
  assert.match(err, /- lastcall\.yaml: rehearse\.path: got 'b', wanted a path/)
  assert.equal(err.match(/^ {2}- /gm)?.length, 2)
})

test('header fields of the command, of its section and of load add up, in this precedence', (t) => {
  const cwd = mkdtempSync(join(tmpdir(), 'lastcall-test-'))
  t.after(() => rmSync(cwd, { recursive: true }))
  const yaml =
    'load: { headers: { A: l, B: l, C: l }, rate: 1 }\nrehearse: { headers: { b: r, c: r }, rate: 2 }'
  writeFileSync(join(cwd, 'lastcall.yaml'), yaml)
  const [load, rehearse] = [createLoadCommand, createRehearseCommand].map((create) =>
    create(captureIo(), () => undefined),
  )
  rehearse!.parseOptions(['--header', 'c: f'])
  applyConfig(rehearse!, [load!, rehearse!], cwd)
  assert.deepEqual((rehearse!.opts()['header'] as string[]).toSorted(), ['A: l', 'b: r', 'c: f'])
  assert.equal(rehearse!.opts()['rate'], '2')
})

test('--config names another file, which has to be there', async (t) => {
  const { code, err } = await run(t, undefined, 'load', '--config', 'no/such.yaml')
  assert.equal(code, 2)
  assert.match(err, /^The command line cannot be used: --config: 'no\/such\.yaml' cannot be read \(ENOENT/)
  const folder = mkdtempSync(join(tmpdir(), 'lastcall-test-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'other.yaml')
  writeFileSync(file, 'load: { url: ftp://shop }')
  const named = await run(t, 'no: such key', 'load', '--config', file)
  assert.match(named.err, /other\.yaml: load\.url: got 'ftp:\/\/shop'/)
  assert.doesNotMatch(named.err, /such key/)
})

for (const budgets of ['slow=0.1%', '3', '[slow=0.1%, 2]']) {
  test(`budgets can be in the file: ${budgets}`, async (t) => {
    const { err } = await run(
      t,
      `rehearse: { budgets: ${budgets} }`,
      'rehearse',
      '--replicas',
      '0',
      '--',
      'x',
    )
    assert.match(err, /^The command line cannot be used: --replicas: got '0', [^\n]*\n$/)
  })
}

test('insecure: false needs no https', async (t) => {
  const { err } = await run(t, 'load: { url: "http://a", insecure: false, rate: 0 }', 'load')
  assert.match(err, /^The command line cannot be used: lastcall\.yaml: load\.rate: got '0', [^\n]*\n$/)
})

test('an empty file says nothing', async (t) => {
  for (const yaml of ['', '# nothing\n', 'load:\nlanes:\n']) {
    const { code, err } = await run(t, yaml, 'load')
    assert.equal(code, 2)
    assert.match(err, /--url: is missing/)
  }
})

for (const [yaml, ...words] of [
  ['- load', /the file has \["load"\], wanted keys and values/],
  ['lod: {}', /there is no 'lod'; the nearest is 'load'/],
  ['load: { ratte: 5 }', /there is no 'load\.ratte'; the nearest is 'load\.rate'/],
  [
    'rollout: { expect-status: 5 }',
    /there is no 'rollout\.expect-status'; the nearest is 'rollout\.expectStatus'/,
  ],
  ['lanes: { keepalive: {} }', /there is no 'lanes\.keepalive'; the nearest is 'lanes\.keep-alive'/],
  ['lanes: { slow: { path: /a } }', /there is no 'lanes\.slow\.path'; the nearest is 'lanes\.slow\.headers'/],
  ['load: 5', /load has 5, wanted keys and values/],
  ['load: { rate: fast }', /load\.rate: got "fast", wanted a whole number/],
  ['load: { rate: 1.5 }', /load\.rate: got 1\.5, wanted a whole number/],
  ['load: { insecure: "yes" }', /load\.insecure: got "yes", wanted true or false/],
  ['load: { path: [a] }', /load\.path: got \["a"\], wanted text/],
  ['load: { headers: [a] }', /load\.headers: got something else, wanted names and values/],
  ['load: { headers: { a: [b] } }', /load\.headers: got something else, wanted names and values/],
  ['load: { lanes: [[a]] }', /load\.lanes: got \[\["a"\]\], wanted names of lanes/],
  ['rehearse: { budgets: { slow: 1 } }', /rehearse\.budgets: got \{"slow":1\}, wanted budgets such as/],
  ['load: { duration: true }', /load\.duration: got true, wanted a duration/],
  ['load: {', /lastcall\.yaml is not YAML: .* \(line 1, column 8\)/],
  ['load: *nowhere', /lastcall\.yaml is not YAML: Unresolved alias/],
  ['load: { ratte: 5 }\nrehearse: { rat: 5 }', /ratte/, /rehearse\.rat'/],
] as const) {
  test(`the file is refused: ${yaml}`, async (t) => {
    const { code, err } = await run(t, yaml, 'load', '--url', 'http://127.0.0.1:1')
    assert.equal(code, 2)
    for (const word of words) assert.match(err, word)
    assert.match(err, /lastcall\.yaml/)
  })
}

test('what is wrong with the values of lanes is said with their place', async (t) => {
  const yaml = 'lanes: { http2: { path: a, expectStatus: 7xx, headers: { Connection: close } } }'
  const { err } = await run(t, yaml, 'load', '--url', 'http://127.0.0.1:1')
  assert.match(err, /- lanes\.http2\.path: got 'a'/)
  assert.match(err, /- lanes\.http2\.expectStatus: got '7xx'/)
  assert.match(err, /- lanes\.http2\.header: got 'connection: …', the load sets this field itself/)
})

test('what is wrong with a flag of the whole load is not said of its lanes', async (t) => {
  const yaml = 'lanes: { http2: { path: /a }, keep-alive: { path: /b } }'
  const { err } = await run(t, yaml, 'load', '--url', 'http://127.0.0.1:1', '--method', 'FETCH')
  assert.match(err, /^The command line cannot be used: --method: got 'FETCH', wanted .*\n$/)
})

test('nearest() finds the name with the fewest changes', () => {
  assert.equal(nearest('kep-alive', ['http2', 'keep-alive', 'slow']), 'keep-alive')
  assert.equal(nearest('SLOW', ['http2', 'slow']), 'slow')
  assert.equal(nearest('a', []), undefined)
})
