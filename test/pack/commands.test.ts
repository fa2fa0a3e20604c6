import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { answer } from '../fixtures/answer.ts'
import { listen } from '../helpers/listen.ts'
import { installIntoEmptyFolder, type Outcome, packLastcall } from './setup.ts'

const { folder } = installIntoEmptyFolder(packLastcall())

/** Runs `npx`, as a user of the package does. */
function npx(...words: readonly string[]): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const options = { cwd: folder, timeout: 60_000 }
    const child = execFile('npx', ['--no-install', ...words], options, (error, stdout, stderr) => {
      if (error && child.exitCode === null) reject(error)
      else resolve({ code: child.exitCode, output: `${stdout}${stderr}` })
    })
  })
}

/** 0, or 3 where the machine was too busy for a verdict; in both cases the command did all of its work. */
function assertNoFault({ code, output }: Outcome): void {
  assert.ok(code === 0 || code === 3, output)
  assert.match(output, /(PASS|INCONCLUSIVE) {2}0 failed of [\d,]+ requests/)
}

suite('npx lastcall, where nothing but lastcall is installed', () => {
  test('--help names the commands', async () => {
    const { code, output } = await npx('lastcall', '--help')
    assert.equal(code, 0, output)
    assert.match(output, /^ {2}rehearse /m)
    assert.match(output, /^ {2}load /m)
  })

  test('load sends its load', async (t) => {
    const { port } = await listen(t, createServer(answer))
    const url = `http://127.0.0.1:${port}`
    const { code, output } = await npx(
      'lastcall',
      'load',
      '--url',
      url,
      ...'--duration 600ms --lanes new-connections,keep-alive --json -'.split(' '),
    )
    assert.ok(code === 0 || code === 3, output)
    const { requests, failed } = JSON.parse(
      output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1),
    ) as {
      requests: number
      failed: number
    }
    assert.ok(requests > 50)
    assert.equal(failed, 0)
  })

  test('rehearse replaces the pods of a program that uses the package', async () => {
    writeFileSync(
      join(folder, 'server.js'),
      `import { createServer } from 'node:http'
       import { createLifecycle } from 'lastcall'
       const lifecycle = createLifecycle({ shutdownDelayMs: 1_000, drainTimeoutMs: 2_000 })
       lifecycle.serve(createServer((request, response) => request.pipe(response)).listen(process.env.PORT))
       await lifecycle.start()`,
    )
    const shutdown = 'delay=1s,drain=2s,hooks=0s,grace=4s'
    const flags = `--replicas 2 --baseline 300ms --cool-down 200ms --endpoint-lag 300ms --shutdown ${shutdown}`
    const lanes = ['--lanes', 'new-connections,keep-alive']
    const command = ['--', process.execPath, 'server.js']
    assertNoFault(await npx('lastcall', 'rehearse', ...flags.split(' '), ...lanes, ...command))
  })
})
