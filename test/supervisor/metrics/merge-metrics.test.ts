import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { parseFamilies } from '../../../src/supervisor/metrics/families.ts'
import { keepCounters, mergeMetrics } from '../../../src/supervisor/metrics/merge-metrics.ts'
import { writeSample } from '../../../src/supervisor/metrics/sample.ts'
import { labels, metricName } from './exposition.ts'

const histogram = `# HELP took_seconds Time
# TYPE took_seconds histogram
took_seconds_bucket{le="1"} 3
took_seconds_bucket{le="+Inf"} 4
took_seconds_sum 5.5
took_seconds_count 4
`

suite('mergeMetrics', () => {
  test('has every metric once, with the samples of all texts together', () => {
    const merged = mergeMetrics([
      '# HELP a_total First\n# TYPE a_total counter\na_total{generation="2"} 1\n# TYPE b gauge\nb{generation="2"} 2\n',
      '# TYPE b gauge\nb{generation="1"} 3\n# HELP a_total Second\n# TYPE a_total counter\na_total{generation="1"} 4\n',
    ])
    assert.equal(
      merged,
      `# HELP a_total First
# TYPE a_total counter
a_total{generation="2"} 1
a_total{generation="1"} 4
# TYPE b gauge
b{generation="2"} 2
b{generation="1"} 3
`,
    )
  })

  test('keeps the parts of a histogram together, and changes nothing of a single text', () => {
    assert.equal(mergeMetrics([histogram]), histogram)
    const twice = mergeMetrics([histogram, histogram])
    assert.equal(twice.match(/# TYPE/g)?.length, 1)
    assert.equal(twice.match(/took_seconds_bucket/g)?.length, 4)
  })

  test('a metric whose name only looks like a part of another is its own', () => {
    const text = '# TYPE jobs counter\njobs 1\n# TYPE jobs_count gauge\njobs_count 2\njobs_sum 3\n'
    assert.equal(mergeMetrics([text]), text)
  })

  test('takes help and type from the first text that has them', () => {
    assert.equal(
      mergeMetrics(['a 1\n', '# HELP a Words\n# TYPE a gauge\na 2\n', '# TYPE a counter\na 3\n']),
      '# HELP a Words\n# TYPE a gauge\na 1\na 2\na 3\n',
    )
  })

  test('writes OpenMetrics as the text format 0.0.4', () => {
    const text = `# HELP served Requests
# TYPE served counter
# UNIT served requests
served_total{code="200"} 7 1700000000.5 # {trace_id="x"} 1 1700000000
served_created{code="200"} 1700000000
# TYPE build info
build_info{version="1"} 1
# TYPE mode stateset
mode{mode="on"} 1
# TYPE odd unknown
odd 1
# EOF
`
    assert.equal(
      mergeMetrics([text]),
      `# HELP served_total Requests
# TYPE served_total counter
served_total{code="200"} 7 1700000000500
served_created{code="200"} 1700000000
# TYPE build_info gauge
build_info{version="1"} 1
# TYPE mode gauge
mode{mode="on"} 1
# TYPE odd untyped
odd 1
`,
    )
  })

  test('loses no sample and has no metric twice, whatever it merges', () => {
    const family = fc.record({
      name: metricName,
      type: fc.constantFrom('counter', 'gauge', undefined),
      samples: fc.array(labels, { maxLength: 3 }),
    })
    const exposition = fc
      .uniqueArray(family, { selector: ({ name }) => name, maxLength: 5 })
      .map((families) =>
        families
          .map(({ name, type, samples }) =>
            [
              ...(type === undefined ? [] : [`# TYPE ${name} ${type}\n`]),
              ...samples.map((each) => `${writeSample({ name, labels: each, rest: '1' })}\n`),
            ].join(''),
          )
          .join(''),
      )
    fc.assert(
      fc.property(fc.array(exposition, { maxLength: 4 }), (texts) => {
        const lines = (each: readonly string[]): readonly string[] =>
          each.flatMap((text) => text.split('\n').filter((line) => /^[^#]/.test(line))).toSorted()
        const merged = mergeMetrics(texts)
        assert.deepEqual(lines([merged]), lines(texts))
        const types = (merged.match(/^# TYPE \S+/gm) ?? []).toSorted()
        assert.deepEqual(types, [...new Set(types)])
        const names = merged.split('\n').map((line) => /^[^#\s{]+/.exec(line)?.[0])
        const changes = names.filter((name, index) => name !== undefined && name !== names[index - 1])
        assert.equal(changes.length, new Set(changes).size)
        assert.equal(mergeMetrics([merged]), merged)
      }),
    )
  })
})

test('keepCounters keeps counters and histograms, and no gauge', () => {
  const text = `# TYPE a_total counter\na_total 1\n# TYPE b gauge\nb 2\nc 3\n# TYPE d summary\nd{quantile="1"} 2\nd_sum 1\nd_count 1\n`
  assert.equal(keepCounters(`${text}${histogram}`), `# TYPE a_total counter\na_total 1\n${histogram}`)
})

test('parseFamilies takes any text', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('# TYPE', '# HELP', ' a', ' counter', '\n', '{', '"', '}', ' 1', '# EOF')),
      (parts) => {
        for (const { name } of parseFamilies(parts.join(''))) assert.notEqual(name, '')
      },
    ),
  )
})
