import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { describeSpawnError, describeUnstartable } from '../../../src/supervisor/generation/find-program.ts'
import { logicalFolder } from '../../../src/supervisor/generation/logical-folder.ts'
import { startChild } from '../../helpers/child.ts'
import { eventually } from '../../helpers/eventually.ts'
import { holdSockets, isAlive, startTestGeneration } from '../../helpers/generation.ts'
import { temporaryFolder } from '../../helpers/temporary-folder.ts'

for (const withSockets of [false, true]) {
  const how = withSockets ? 'with the shell between' : 'without sockets'
  test(`a command that does not exist ends with a sentence, ${how}`, async (t) => {
    const sockets = withSockets ? await holdSockets(t, 'http') : []
    const generation = startTestGeneration(t, { command: ['no-such-program'], sockets })
    assert.equal(generation.process.pid, null)
    const { exit, problem } = await generation.end()
    assert.deepEqual(exit, { code: null, signal: null })
    assert.match(problem ?? '', /^there is no no-such-program in the PATH \(ENOENT\)/)
  })
}

test('describeUnstartable() names the file, and what is wrong with it', (t) => {
  const folder = temporaryFolder(t)
  const write = (name: string, text: string, mode: number): void => {
    writeFileSync(join(folder, name), text)
    chmodSync(join(folder, name), mode)
  }
  write('plain', 'text', 0o644)
  write('lost', '#!/no/such/interpreter -x\n', 0o755)
  write('script', '#!/bin/sh\n', 0o755)
  mkdirSync(join(folder, 'sub'))
  const why = (...command: string[]): string | null =>
    describeUnstartable(command, folder, `/nowhere:${folder}`)
  assert.equal(why(process.execPath), null)
  assert.equal(why('script'), null)
  assert.equal(why('./script', 'argument'), null)
  assert.match(
    why('./gone') ?? '',
    new RegExp(`^${folder}/gone does not exist \\(ENOENT\\): was the release removed`),
  )
  assert.match(why('plain') ?? '', new RegExp(`^${folder}/plain is not executable \\(EACCES\\); .*chmod`))
  assert.match(why('./sub') ?? '', /sub is not executable \(EACCES\)/)
  assert.match(why('./lost') ?? '', /lost begins with #!\/no\/such\/interpreter, which does not exist/)
  assert.match(why('') ?? '', /the command is empty/)
  assert.match(
    describeUnstartable(['script'], join(folder, 'no'), folder) ?? '',
    /^the working folder .*no does not exist: was the release removed/,
  )
})

test('describeSpawnError() has a reason for what the system may be short of', () => {
  for (const code of ['EMFILE', 'ENFILE', 'EAGAIN', 'ENOMEM', 'ENOSPC', 'E2BIG']) {
    const text = describeSpawnError({ code }, ['node', 'server.js'])
    assert.match(
      text,
      new RegExp(`^node cannot be started \\(${code}\\): .*(?:too many|too little|too long)`),
    )
  }
  assert.match(describeSpawnError(new Error('odd'), ['node']), /odd/)
})

test('too many open files end a generation with a sentence, and the next one starts', async (t) => {
  const limited = ['/bin/sh', '-c', 'ulimit -n 64; exec "$0" "$@"']
  const child = startChild(t, 'generations/supervise.ts', { command: limited, args: ['full'] })
  await child.line(/^generation 1 ended: .* cannot be started \(EMFILE\): .*ulimit -n/)
  await child.line(/^generation 2 speaks/)
})

test('a generation learns that its supervisor was killed', async (t) => {
  const child = startChild(t, 'generations/supervise.ts')
  const pid = Number((await child.line(/speaks/)).split(' ').at(-1))
  assert.ok(isAlive(pid))
  child.kill('SIGKILL')
  await child.exit()
  await eventually('the generation has ended', () => !isAlive(pid))
})

test('a switched symlink is followed by the next generation, and a removed release is named', async (t) => {
  const folder = temporaryFolder(t)
  const current = join(folder, 'current')
  const deploy = (release: string): void => {
    mkdirSync(join(folder, release), { recursive: true })
    rmSync(current, { force: true })
    symlinkSync(release, current)
  }
  deploy('1')
  const first = startTestGeneration(t, { cwd: current })
  assert.equal((await first.hello()).cwd, join(folder, '1'))
  deploy('2')
  const second = startTestGeneration(t, { cwd: current })
  const { cwd, env } = await second.hello()
  assert.deepEqual([cwd, env['PWD']], [join(folder, '2'), current])
  rmSync(join(folder, '2'), { recursive: true })
  const { problem } = await startTestGeneration(t, { cwd: current }).end()
  assert.match(problem ?? '', /the working folder .*current does not exist: was the release removed/)
})

test('logicalFolder() prefers the path that the user wrote, if it leads to the same folder', (t) => {
  const folder = temporaryFolder(t)
  mkdirSync(join(folder, '1'))
  mkdirSync(join(folder, '2'))
  symlinkSync('1', join(folder, 'current'))
  const [link, real] = [join(folder, 'current'), join(folder, '1')]
  assert.equal(logicalFolder({ PWD: link }, real), link)
  assert.equal(logicalFolder({ PWD: join(folder, '2') }, real), real)
  assert.equal(logicalFolder({ PWD: 'current' }, real), real)
  assert.equal(logicalFolder({ PWD: join(folder, 'gone') }, real), real)
  assert.equal(logicalFolder({}, real), real)
})
