import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { readBudgets } from '../../src/cli/budget-flag.ts'
import { createFlagReader } from '../../src/cli/flag-reader.ts'
import { main } from '../../src/cli/main.ts'
import type { FailureBudget } from '../../src/rollout/failure-budget.ts'
import { captureIo } from '../helpers/captured-io.ts'

function read(...budget: readonly string[]): {
  readonly budgets: readonly FailureBudget[]
  readonly problems: readonly string[]
} {
  const reader = createFlagReader({ budget })
  return { budgets: readBudgets(reader, { budget }, ['slow', 'keep-alive']), problems: reader.problems }
}

suite('--budget', () => {
  test('is read for one lane and for all, as often as it is given', () => {
    const { budgets, problems } = read('slow=0.1%', 'keep-alive=3', '0.01%')
    assert.deepEqual(problems, [])
    assert.deepEqual(budgets, [
      { lane: 'slow', allowance: { percent: 0.1 } },
      { lane: 'keep-alive', allowance: { most: 3 } },
      { allowance: { percent: 0.01 } },
    ])
  })

  test('refuses what it cannot read, all at once', () => {
    const { problems } = read('slow=lots', 'nosuch=1', 'sse=1', '200%', '', 'slow=1', 'slow=2', '1', '2')
    assert.equal(problems.length, 7)
    const text = problems.join('\n')
    assert.match(text, /^--budget: got 'slow=lots', wanted a whole number or a share up to 100%/)
    assert.match(text, /there is no lane 'nosuch'; there are new-connections/)
    assert.match(text, /the lane sse is not among --lanes: slow, keep-alive/)
    assert.match(text, /got '200%'/)
    assert.match(text, /got ''/)
    assert.match(text, /there is more than one for slow\n/)
    assert.match(text, /there is more than one for all lanes$/)
  })

  for (const words of [
    ['rollout', 'deploy/shop'],
    ['rehearse', '--', 'node'],
  ]) {
    test(`is a flag of ${words[0]}, refused with the others' problems before anything starts`, async () => {
      const io = captureIo()
      const [command = '', ...rest] = words
      const flags = ['--budget', 'slow=x', '--budget', '-2', '--rate', '0']
      assert.equal(await main([command, ...flags, ...rest], io), 2)
      for (const problem of [/got 'slow=x'/, /got '-2'/, /--rate: got '0'/]) assert.match(io.err(), problem)
    })
  }
})
