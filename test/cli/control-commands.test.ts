import assert from 'node:assert/strict'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { main } from '../../src/cli/main.ts'
import { captureIo } from '../helpers/captured-io.ts'
import { startControl } from '../helpers/control.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { readDocument } from '../helpers/documents.ts'
import { eventually } from '../helpers/eventually.ts'
import { makeStatus } from '../helpers/fake-running-supervisor.ts'

const run = async (...argv: string[]): Promise<{ code: number; out: string; err: string }> => {
  const io = captureIo({})
  return { code: await main(argv, io), out: io.out(), err: io.err() }
}

suite('commands that ask a supervisor', () => {
  test('restart waits, and says what came of it', async (t) => {
    const { supervisor, path } = await startControl(t)
    for (const [result, wanted] of [
      [
        { outcome: 'completed', generation: 2 },
        { code: 0, out: 'Generation 2 serves\n', err: '' },
      ],
      [
        { outcome: 'failed', detail: 'Generation 3 ended\u001b[2J' },
        { code: 1, out: '', err: 'failed: Generation 3 ended [2J\n' },
      ],
    ] as const) {
      const running = run('restart', '--control', path)
      const before = supervisor.told.length
      await eventually('it is asked for', () => supervisor.told.length > before)
      supervisor.settle(result)
      assert.deepEqual(await running, wanted)
    }
    assert.equal(supervisor.told[0], 'restart: lastcall restart')
  })

  test('restart --reason and --json', async (t) => {
    const { supervisor, path } = await startControl(t)
    const running = run('restart', '--control', path, '--reason', 'release 7', '--json')
    await eventually('it is asked for', () => supervisor.told.length > 0)
    supervisor.settle({ outcome: 'rolled-back', detail: 'Generation 2 became unready' })
    const { code, out } = await running
    assert.equal(code, 1)
    assert.deepEqual(JSON.parse(out), {
      ok: false,
      outcome: 'rolled-back',
      detail: 'Generation 2 became unready',
    })
    assert.deepEqual(supervisor.told, ['restart: release 7'])
  })

  test('status shows a table, and with --json the document', async (t) => {
    const { path } = await startControl(t)
    const { code, out } = await run('status', '--control', path)
    assert.equal(code, 0)
    assert.match(out, /^lastcall run, pid 41: serving, ready/)
    const document = readDocument<ReturnType<typeof makeStatus>>(
      (await run('status', '--control', path, '--json')).out,
    )
    assert.deepEqual(document, makeStatus())
  })

  test('stop and hammer say what was done', async (t) => {
    const { supervisor, server, path } = await startControl(t)
    const stopping = run('stop', '--control', path)
    await eventually('it is told', () => supervisor.told.length > 0)
    const hammered = await run('hammer', '--control', path)
    assert.deepEqual(hammered, { code: 0, out: 'No generation was ending\n', err: '' })
    await server[Symbol.asyncDispose]()
    assert.deepEqual(await stopping, { code: 0, out: 'The supervisor has stopped\n', err: '' })
  })

  for (const name of ['restart', 'status', 'stop', 'hammer']) {
    test(`${name}: without a supervisor the exit code is 2`, async (t) => {
      const path = join(temporaryFolder(t), 'missing.sock')
      const { code, err } = await run(name, '--control', path)
      assert.equal(code, 2)
      assert.match(
        err,
        /^The control socket cannot be used: .*missing\.sock: no supervisor has this control socket/,
      )
    })

    test(`${name}: all problems of its flags are one message`, async () => {
      const { code, err } = await run(name, '--control', '', '--pid', '0')
      assert.equal(code, 2)
      for (const problem of ["--pid: got '0'", '--control: the path is empty', '--pid and --control both'])
        assert.ok(err.includes(problem), err)
    })
  }
})
