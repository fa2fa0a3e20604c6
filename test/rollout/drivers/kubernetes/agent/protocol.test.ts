import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { parseAgentLine } from '../../../../../src/rollout/drivers/kubernetes/agent/parse-line.ts'
import { createLineWriter } from '../../../../../src/rollout/drivers/kubernetes/agent/protocol.ts'

suite('the lines of the agent', () => {
  test('are read as they were written, numbered from 1', () => {
    let text = ''
    const say = createLineWriter((line) => (text += line))
    say({ type: 'observing' }, 5)
    say({ type: 'event', reason: 'Killing', about: 'Pod/a', message: 'Stopping' }, 6)
    const lines = text.trimEnd().split('\n').map(parseAgentLine)
    assert.deepEqual(lines, [
      { n: 1, at: 5, type: 'observing' },
      { n: 2, at: 6, type: 'event', reason: 'Killing', about: 'Pod/a', message: 'Stopping' },
    ])
  })

  test('what Node.js itself writes is none of them', () => {
    assert.equal(parseAgentLine('(node:1) Warning: something'), undefined)
  })

  for (const [text, why] of [
    ['{"n":1,"at":5,"type":"obs', 'it is not JSON'],
    ['{"n":1,"at":5,"type":"hovering"}', "there is no type 'hovering'"],
    ['{"at":5,"type":"observing"}', "'n' is undefined, wanted number"],
    ['{"n":1,"at":5,"type":"pod","change":"ADDED","pod":null}', "'pod' is null, wanted object"],
    ['{"n":1,"at":5,"type":"listener","pod":7,"state":"refused"}', "'pod' is number, wanted string"],
  ] as const) {
    test(`a broken one is refused: ${why}`, () => {
      assert.throws(() => parseAgentLine(text), {
        message: `the agent wrote a line that cannot be read, ${why}: ${text}`,
      })
    })
  }
})
