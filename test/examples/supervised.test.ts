import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { eventually } from '../helpers/eventually.ts'
import { httpGet } from '../helpers/http-get.ts'
import { startSupervised, type Supervised } from '../helpers/supervised.ts'
import { problemsOf } from '../docs/command-lines.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (file: string): string => readFileSync(join(root, 'examples/supervised', file), 'utf8')

interface Answered {
  readonly greeting: string
  readonly generation: number
}

interface Shop {
  readonly supervised: Supervised
  configure(text: string): void
  ask(): Promise<Answered>
}

async function startShop(t: TestContext): Promise<Shop> {
  const folder = mkdtempSync(join(tmpdir(), 'lastcall-shop-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const config = join(folder, 'shop.json')
  const configure = (text: string): void => writeFileSync(config, text)
  configure(read('shop.json'))
  const supervised = await startSupervised(t, {
    args: ['--watch', config],
    env: { CONFIG: config },
    cwd: root,
    command: [process.execPath, '--import', './scripts/from-source.ts', 'examples/supervised/server.ts'],
  })
  await supervised.serves(1)
  const ask = async (): Promise<Answered> => {
    const { status, body } = await httpGet(supervised.port, '/')
    assert.equal(status, 200)
    return JSON.parse(body) as Answered
  }
  return { supervised, configure, ask }
}

suite('examples/supervised', () => {
  test('a changed configuration is that of the next generation', async (t) => {
    const { configure, ask } = await startShop(t)
    const { greeting, generation } = await ask()
    assert.deepEqual([greeting, generation], ['hello', 1])
    configure('{ "greeting": "good evening" }')
    await eventually('the next generation answers', async () => (await ask()).generation === 2)
    assert.equal((await ask()).greeting, 'good evening')
  })

  test('with one that cannot be read the old generation serves on, and status says why', async (t) => {
    const { supervised, configure, ask } = await startShop(t)
    configure('good night')
    await eventually('the restart has failed', async () => (await supervised.status()).restarts.failed === 1)
    const { lastFailure } = await supervised.status()
    assert.equal(lastFailure?.generation, 2)
    const { greeting, generation } = await ask()
    assert.deepEqual([greeting, generation], ['hello', 1])
  })

  test('the unit, the socket unit and the image name flags that exist, and each other', () => {
    const unit = read('shop.service')
    const [, start = ''] = /^ExecStart=\S+\/lastcall (.*)$/m.exec(unit) ?? []
    const [, image = ''] = /^CMD (\[.*\])$/m.exec(read('Dockerfile')) ?? []
    const [first, ...words] = JSON.parse(image) as readonly string[]
    assert.equal(first, 'node_modules/.bin/lastcall')
    for (const line of [start.split(' '), words]) {
      const end = line.indexOf('--')
      assert.deepEqual(problemsOf(end < 0 ? line : line.slice(0, end)), [])
    }
    const [, folder] = /^RuntimeDirectory=(\S+)$/m.exec(unit) ?? []
    assert.match(start, new RegExp(`--control /run/${folder}/`))
    const [, name] = /^FileDescriptorName=(\S+)$/m.exec(read('shop.socket')) ?? []
    assert.match(start, new RegExp(`--listen ${name} `))
    assert.match(read('server.ts'), new RegExp(`listen\\(server, '${name}'`))
  })
})
