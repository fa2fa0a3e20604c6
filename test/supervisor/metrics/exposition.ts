import fc from 'fast-check'

const labelName = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,8}$/)
const labelValue = fc
  .oneof(fc.string(), fc.constantFrom('a"b', 'a\\', '}', '{a="b"}', 'x,y=', 'a\nb', ' # ', 'é', '\\"'))
  .map(
    (text) =>
      `"${text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"').replaceAll('\r', '')}"`,
  )

/** Labels with their values as they are written; each name once. */
export const labels = fc
  .uniqueArray(fc.tuple(labelName, labelValue), { selector: ([name]) => name, maxLength: 4 })
  .map((pairs): readonly (readonly [string, string])[] => pairs)

/** What follows the labels. */
export const rest = fc.constantFrom(
  '0',
  '1.5',
  '-3e-10',
  '+Inf',
  'NaN',
  '12 1700000000000',
  '7 # {trace_id="a}b # c"} 0.67 1700000000.5',
)

/** Name of a metric. */
export const metricName = fc.stringMatching(/^[a-zA-Z_:][a-zA-Z0-9_:]{0,12}$/)

/** A sample with the ways in which it can be written. */
export const sample = fc.record({ name: metricName, labels, rest, spaced: fc.boolean() })
