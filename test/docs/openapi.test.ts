import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { main } from '../../src/cli/main.ts'
import { captureIo } from '../helpers/captured-io.ts'
import { codeBlocksOf, top } from './pages.ts'

const page = 'docs/guides/requests.md'

test('the OpenAPI document of the guide is sent to its server, as the page says', async (t) => {
  mkdirSync(join(top, '.cache'), { recursive: true })
  const cwd = mkdtempSync(join(top, '.cache', 'openapi-'))
  t.after(() => rmSync(cwd, { recursive: true }))
  const blocks = codeBlocksOf(page)
  for (const name of ['server.ts', 'openapi.yaml']) {
    const block = blocks.find(({ code }) => / (.*)\n/.exec(code)?.[1] === name)
    writeFileSync(join(cwd, name), block?.code ?? '')
  }
  const io = { ...captureIo(), cwd }
  const flags = (
    '--replicas 1 --baseline 300ms --cool-down 200ms --endpoint-lag 300ms ' +
    '--lanes new-connections,keep-alive --shutdown delay=1s,drain=2s,hooks=1s,grace=5s --openapi openapi.yaml'
  ).split(' ')
  const source = pathToFileURL(join(top, 'scripts', 'from-source.ts')).href
  await main(['rehearse', ...flags, '--', process.execPath, '--import', source, 'server.ts'], io)
  assert.match(io.out(), /0 failed of/, io.err())
  const quoted = blocks.filter(({ language, code }) => language === 'text' && code.includes('operation'))
  assert.equal(quoted.length, 2)
  for (const { code } of quoted) assert.ok(`${io.err()}${io.out()}`.includes(code), code)
})
