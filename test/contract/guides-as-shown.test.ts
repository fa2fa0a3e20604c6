import assert from 'node:assert/strict'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { suite, test } from 'node:test'
import { allPages, codeBlocksOf, fileNameOf, localImportsOf } from '../docs/pages.ts'
import { startProgram } from './program.ts'

/** Programs whose application is shown on the same page: a reader has nothing else. */
const programs = allPages()
  .filter((page) => page.startsWith('docs/guides/'))
  .flatMap((page) => {
    const files = codeBlocksOf(page).map(fileNameOf)
    return codeBlocksOf(page).filter((block) => {
      const imports = localImportsOf(block)
      return (
        imports.length > 0 && /'lastcall/.test(block.code) && imports.every((file) => files.includes(file))
      )
    })
  })

/** What is no HTTP/1: there is nothing that a stray request could be. */
const withoutHttp1 = ['h2c.ts', 'docs/guides/grpc.md', 'docs/guides/cron.md']

/** What needs a queue: tests of their own run these, as the page shows them too. */
const withQueue = ['docs/guides/bullmq.md', 'docs/guides/pg-boss.md', 'docs/guides/kafka.md']

/** What ends by itself, with what it has to send: test/contract/cron.test.ts runs it. */
const withoutSignal = ['run.ts']

/** Status of a request that no route is made for. */
function askStray(port: number, isSecure: boolean): Promise<number | undefined> {
  const options = { port, host: '127.0.0.1', agent: false, timeout: 5_000, rejectUnauthorized: false }
  return new Promise((resolve, reject) => {
    const asked = isSecure ? httpsRequest(options) : httpRequest(options)
    asked
      .on('response', (response) => resolve(response.resume().statusCode))
      .on('timeout', () => asked.destroy(new Error('no answer')))
      .on('error', reject)
      .end()
  })
}

suite('a guide is enough', { concurrency: 2 }, () => {
  test('there is one for every framework and protocol', () => assert.ok(programs.length > 10))

  const waiting = programs.filter((block) => !withoutSignal.includes(fileNameOf(block)))
  for (const block of waiting.filter(({ page }) => !withQueue.includes(page))) {
    const { page, code } = block
    const program = fileNameOf(block)
    test(`${page}: ${program} beside the files of the page answers GET /, and ends with 0 after SIGTERM`, async (t) => {
      const running = await startProgram(t, { name: 'guide', guide: page, program, asShown: true })
      if (!withoutHttp1.some((name) => [program, page].includes(name)))
        assert.equal(await askStray(running.port, code.includes('tls')), 200)
      running.signal()
      assert.deepEqual(await running.exit(), { code: 0, signal: null })
      assert.equal(running.report().clean, true)
    })
  }
})
