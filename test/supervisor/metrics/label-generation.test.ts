import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { labelGeneration } from '../../../src/supervisor/metrics/label-generation.ts'
import { parseSample, writeSample } from '../../../src/supervisor/metrics/sample.ts'
import { sample } from './exposition.ts'

suite('parseSample', () => {
  test('reads a line, however it is spaced, and writes the same', () => {
    fc.assert(
      fc.property(sample, ({ name, labels, rest, spaced }) => {
        const gap = spaced ? ' \t' : ''
        const pairs = labels.map(([label, value]) => `${gap}${label}${gap}=${gap}${value}${gap}`)
        const braces =
          pairs.length === 0 && !spaced
            ? ' '
            : `${gap}{${pairs.join(',')}${spaced && pairs.length > 0 ? ', ' : ''}}${gap}`
        const read = parseSample(
          `${gap}${name}${braces}${gap === '' && pairs.length > 0 ? ' ' : gap}${rest}${gap}`,
        )
        assert.deepEqual(read, { name, labels, rest })
        assert.deepEqual(parseSample(writeSample({ name, labels, rest })), { name, labels, rest })
      }),
    )
  })

  test('reads names that are quoted', () => {
    const read = parseSample('{"my.metric", "a.b"="c"} 1')
    assert.deepEqual(read, { name: '"my.metric"', labels: [['"a.b"', '"c"']], rest: '1' })
    assert.equal(read && writeSample(read), '{"my.metric","a.b"="c"} 1')
  })

  test('takes no line for a sample that is none', () => {
    const lines = [
      '',
      'a',
      'a{',
      'a{b="c"',
      'a{b="c}',
      'a{b=c} 1',
      'a{b} 1',
      'a{"b"} 1',
      'a{="b"} 1',
      'a{b="c" d="e"} 1',
      'a{b="c"}',
      'a one',
      'a 1 2 3',
      '{} 1',
      '{a="b"} 1',
      '} 1',
      '"a" 1',
      '# a 1',
      '1a 1',
      'a-b 1',
      'a {} {} 1',
    ]
    for (const line of lines) assert.equal(parseSample(line), undefined, line)
  })

  test('takes any text in linear time', () => {
    for (const text of ['a{', 'a{b="\\', '{"', 'a{b="c",', ' ', '#', '1e', '-']) {
      const before = performance.now()
      parseSample(`a ${text.repeat(100_000)}`)
      parseSample(text.repeat(100_000))
      assert.ok(performance.now() - before < 5_000, text)
    }
  })
})

suite('labelGeneration', () => {
  test('adds its label to each sample, and changes nothing else of it', () => {
    fc.assert(
      fc.property(fc.array(sample), fc.nat(), (samples, generation) => {
        const text = samples.map((one) => `${writeSample(one)}\n`).join('')
        const lines = labelGeneration(text, generation).split('\n').slice(0, -1)
        const wanted = samples.map(({ name, labels, rest }) => ({
          name,
          labels: [...labels.filter(([label]) => label !== 'generation'), ['generation', `"${generation}"`]],
          rest,
        }))
        assert.deepEqual(
          lines.map((line) => {
            const { labels = [], ...other } = parseSample(line) ?? {}
            return { ...other, labels: labels.filter(([label]) => label !== 'exported_generation') }
          }),
          wanted.map(({ labels, ...other }) => ({ ...other, labels })),
        )
      }),
    )
  })

  test('leaves comments and empty lines as they are', () => {
    const text = '# HELP a Help with "quotes" {and} more\n# TYPE a counter\n\n# any\na 1\n# EOF\n'
    assert.equal(labelGeneration(text, 3), text.replace('a 1', 'a{generation="3"} 1'))
  })

  test('keeps timestamps and exemplars', () => {
    const text = 'a_bucket{le="1"} 3 12.5 # {trace_id="x}y"} 0.5 12.4'
    assert.equal(
      labelGeneration(text, 3),
      'a_bucket{le="1",generation="3"} 3 12.5 # {trace_id="x}y"} 0.5 12.4',
    )
  })

  test('keeps a label of that name under another, as Prometheus does', () => {
    assert.equal(
      labelGeneration('a{generation="blue",b="c"} 1', 3),
      'a{exported_generation="blue",b="c",generation="3"} 1',
    )
    assert.equal(
      labelGeneration('a{exported_generation="x",generation="y"} 1', 3),
      'a{exported_generation="x",exported_exported_generation="y",generation="3"} 1',
    )
  })

  test('leaves out what would make Prometheus refuse the whole text', () => {
    assert.equal(
      labelGeneration('a 1\na{b="c} 2\nnonsense\nb 2\n', 3),
      'a{generation="3"} 1\nb{generation="3"} 2\n',
    )
  })
})
