import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { createCandidates } from '../../scripts/mutants/candidates.ts'
import { describeChange, readEquivalent, whyEquivalent } from '../../scripts/mutants/equivalent.ts'
import { applyMutant, mutantsOf } from '../../scripts/mutants/operators.ts'
import { passes } from '../../scripts/mutants/run-test.ts'
import { drawSample, scoreOf } from '../../scripts/mutants/sample.ts'

/** Every text that a source becomes by one change. */
const becomes = (text: string): readonly string[] =>
  mutantsOf('x.ts', text).map((mutant) => applyMutant(mutant, text))

suite('mutants', () => {
  for (const [text, wanted] of [
    ['if (ready) go()', ['if (!(ready)) go()', 'if (ready) ;void 0']],
    ['x = a === b', [';void 0', 'x = a !== b']],
    ['x = a < 5', [';void 0', 'x = a <= 5', 'x = a < 0']],
    ['x = a && !b', [';void 0', 'x = a || !b', 'x = a && (b)']],
    ['x = a ?? 0', [';void 0', 'x = a', 'x = a ?? 1']],
    ["x = 'a' + b", [';void 0']],
    ['n++', ['n--']],
    ['const f = () => void go()', ['const f = () => undefined']],
    [
      'function f() { a(); b() }',
      ['function f() {}', 'function f() { ;void 0 b() }', 'function f() { a(); ;void 0 }'],
    ],
    [
      'const t = setTimeout(f, 0).unref()',
      ['const t = setTimeout(f, 0)', 'const t = setTimeout(f, 1).unref()'],
    ],
    ['const m = Math.min(a, b)', ['const m = Math.max(a, b)']],
  ] as const) {
    test(`of ${text}`, () => assert.deepEqual(becomes(text), wanted))
  }

  test('types, imports and directives are left alone', () => {
    const text =
      "'use strict'\nimport { a } from 'b'\ntype C = 1 | true\ninterface D { readonly e: 5 }\nlet f: 7 | undefined"
    assert.deepEqual(becomes(text), [])
  })

  test('every change of every source that is mutated leaves a file that parses', () => {
    const file = 'src/node/lifecycle/machine.ts'
    const text = readFileSync(file, 'utf8')
    const mutants = mutantsOf(file, text)
    assert.ok(mutants.length > 30)
    for (const mutant of mutants) mutantsOf(file, applyMutant(mutant, text))
  })

  test('the tests that can notice are those that reach the file, the nearest first, by way of programs they start as well', () => {
    const candidatesFor = createCandidates(new Map())
    assert.equal(candidatesFor('src/core/budget.ts')[0], 'test/core/budget.test.ts')
    const exit = candidatesFor('src/node/lifecycle/signals.ts')
    assert.equal(exit[0], 'test/node/lifecycle/signals.test.ts')
    // It imports no source: its programs in test/fixtures do.
    assert.ok(exit.includes('test/node/lifecycle/exit-pid-one.test.ts'))
    assert.ok(!candidatesFor('src/load/grid.ts').includes('test/node/lifecycle/signals.test.ts'))
  })

  test('what is known to be equivalent is still in the sources, with a reason', () => {
    for (const { file, was, becomes: changed, reason } of readEquivalent()) {
      const text = readFileSync(file, 'utf8')
      const found = mutantsOf(file, text).filter((mutant) => whyEquivalent(mutant, text) !== undefined)
      const changes = found.map((mutant) => describeChange(mutant, text))
      assert.ok(
        changes.some((change) => change.was === was && change.becomes === changed),
        `${file} has no "${was}" that becomes "${changed}": take it out of scripts/mutants/equivalent.json`,
      )
      assert.ok(reason.length > 20, `${file}: ${was}`)
    }
  })

  test('a sample is the same for the same seed, and draws nothing twice', () => {
    const all = Array.from({ length: 1_000 }, (_, i) => i)
    const drawn = drawSample(all, 100, 7)
    assert.deepEqual(drawn, drawSample(all, 100, 7))
    assert.notDeepEqual(drawn, drawSample(all, 100, 8))
    assert.equal(new Set(drawn).size, 100)
    assert.equal(drawSample(all, 5_000, 1).length, 1_000)
  })

  test('the score leaves out what the type check refuses, and says how sure it is', () => {
    const of = (outcome: 'killed' | 'survived' | 'untyped', count: number) =>
      Array.from({ length: count }, () => ({ outcome }))
    const score = scoreOf([...of('killed', 90), ...of('survived', 10), ...of('untyped', 3)])
    assert.match(score, /^90 of 100 mutants noticed: 90 % \(95 % interval 83 to 94\); 3 more are refused/)
  })

  test('a test file that fails has noticed, and what it has started is ended with it', async (t) => {
    mkdirSync('.cache', { recursive: true })
    const folder = mkdtempSync(join('.cache', 'mutants-test-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const write = (name: string, body: string): string => {
      writeFileSync(join(folder, name), `import { test } from 'node:test'\n${body}`)
      return join(folder, name)
    }
    assert.equal(await passes('.', write('good.ts', "test('a', () => {})")), true)
    const bad = `import { spawn } from 'node:child_process'
      import { writeFileSync } from 'node:fs'
      test('a', () => {
        const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
        writeFileSync('${join(folder, 'pid')}', String(child.pid))
        throw new Error('noticed')
      })`
    assert.equal(await passes('.', write('bad.ts', bad)), false)
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'))
    const isThere = (): boolean => /^State:\s+[^ZX]/m.test(statusOf(pid))
    for (const end = performance.now() + 10_000; isThere();) {
      assert.ok(performance.now() < end, 'the child is still there')
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  })
})

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8')
  } catch {
    return ''
  }
}
