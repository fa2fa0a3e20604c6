import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Ancestor, describeDeafParent } from '../../../src/node/host/ancestors.ts'
import { startChild } from '../../helpers/child.ts'
import { pidOneCommand, skipPidOne as skip } from '../../helpers/pid-one.ts'

const process = (pid: number, line: string, catchesTerm = false): Ancestor => ({
  pid,
  args: line.split(' '),
  catchesTerm,
})
const npm = { pid: 1, args: ['npm start'], catchesTerm: true }

for (const [what, ancestors, wanted] of [
  ['sh -c', [process(1, '/bin/sh -c node server.js; true')], true],
  ['a script', [process(1, '/bin/sh /entrypoint.sh')], true],
  ['npm start', [process(18, 'sh -c node server.js'), npm], true],
  [
    'npm under sh',
    [process(9, 'sh -c node x'), { ...npm, pid: 7 }, process(1, 'sh -c npm start; true')],
    true,
  ],
  ['pnpm', [process(9, 'sh -c node x'), process(1, 'node /usr/local/bin/pnpm start', true)], true],
  ['a script with a trap', [process(1, '/bin/sh /entrypoint.sh', true)], false],
  ['npm with exec in its script', [npm], false],
  [
    'a shell that somebody types into',
    [process(9, 'sh -c node x'), process(8, 'npm start', true), process(1, 'bash -l')],
    false,
  ],
  ['an init', [process(9, 'sh -c node x'), process(7, 'bash'), process(1, '/sbin/init splash', true)], false],
  ['docker exec', [process(50, 'bash')], false],
  ['PID 1 itself', [], false],
] as const) {
  test(`${what}: ${wanted ? 'the signal is lost, and it is said' : 'nothing is said'}`, () => {
    assert.equal(describeDeafParent(ancestors) !== null, wanted)
  })
}

for (const [script, warnings] of [
  ['"$@"; true', 1],
  ['exec "$@"', 0],
] as const) {
  test(
    `sh -c '${script}' as PID 1 is told of ${warnings} times at the start (trap 30)`,
    { skip },
    async (t) => {
      const child = startChild(t, 'lifecycle/serving.ts', {
        command: [...pidOneCommand, 'sh', '-c', script, 'sh'],
      })
      await child.line(/^ready/)
      const lines = child.stderr.split('\n').filter((line) => line.includes('does not pass SIGTERM on'))
      assert.equal(lines.length, warnings)
      if (warnings > 0) assert.equal((JSON.parse(lines[0]!) as { level: string }).level, 'warn')
    },
  )
}
