import assert from 'node:assert/strict'
import { test } from 'node:test'
import { patch } from './patch.ts'

const base = (container: string, pod = ''): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  template:
    spec:
${pod}      containers:
        - name: app
${container}`

/** Ways to write YAML that people use, and parsers of their own get wrong. */
const cases: readonly (readonly [title: string, text: string])[] = [
  ['a byte order mark', '\uFEFF' + base('          image: x\n')],
  ['no line break at the end', base('          image: x')],
  [
    'a block scalar before blank lines',
    base(
      '          args:\n            - |\n              multi\n              line\n\n\n      nodeSelector: {}\n',
    ),
  ],
  [
    'a block scalar that keeps its blank lines, at the end',
    base('          args:\n            - |+\n              multi\n\n\n'),
  ],
  [
    'block scalars that keep their blank lines',
    base(
      '          args:\n            - |+\n              multi\n\n          env:\n          - name: A\n            value: |+\n              b\n\n\n',
    ),
  ],
  ['tags', base('          env: !!seq\n          - name: A\n            value: !!str 1\n')],
  ['an anchor of an empty list', base('          env: &e []\n          x: *e\n')],
  ['an anchor of nothing', base('          env: &e\n          x: *e\n')],
  [
    'brackets with a comma behind the last item',
    base(
      '          env: [\n            {name: A, value: b}, # why\n            {name: B, value: c}, # last\n          ]\n',
    ),
  ],
  [
    'brackets that close behind the last item',
    base('          env: [\n            {name: A, value: b},\n            {name: B, value: c} ]\n'),
  ],
  ['an explicit key', base('          ? env\n          : - name: A\n              value: b\n')],
  ['a tab before a comment', base('          image: x\t# tab\n')],
  ['blanks at the ends of lines', base('          image: x   \n          env:   \n')],
  ['an end of the document', base('          image: x\n...\n# end\n')],
  [
    'comments behind everything',
    base(
      '          image: x\n          # more\n        # after app\n      # after containers\n  # after spec\n# end\n',
    ),
  ],
  [
    'a folded scalar that changes',
    base(
      '          env:\n            - name: NODE_OPTIONS\n              value: >\n                --a\n                --b\n\n            - name: X\n              value: y\n',
    ),
  ],
  [
    'a literal of two lines that changes',
    base(
      '          env:\n            - name: NODE_OPTIONS\n              value: |\n                --a\n                --b\n            - name: X\n',
    ),
  ],
  [
    'an item that another list repeats',
    base(
      '          env:\n            - &a {name: NODE_OPTIONS, value: --a}\n        - name: two\n          env: [*a]\n',
    ),
  ],
  [
    'text on two lines that changes',
    base(
      '          env:\n            - name: NODE_OPTIONS\n              value: --a\n                --b # c\n',
    ),
  ],
  [
    'quoted text on two lines that changes',
    base(
      '          env:\n            - name: NODE_OPTIONS\n              value: "--a\n                --b"\n',
    ),
  ],
  [
    'line breaks of Windows',
    base(
      '          image: x\n          env:\n            - name: A\n              value: b # c\n',
    ).replaceAll('\n', '\r\n'),
  ],
  ['a list that is not indented', base('          env:\n          - name: A\n            value: b\n')],
  [
    'variables without a value',
    base(
      '          env:\n            - name: LASTCALL_DRAIN_TIMEOUT\n              value:\n            - name: NODE_OPTIONS\n',
    ),
  ],
  [
    'a hook that is null',
    base('          lifecycle:\n            preStop:\n            postStart: {exec: {command: [a]}}\n'),
  ],
  ['a hook in brackets', base('          lifecycle: {preStop: {sleep: {seconds: 7}}}\n')],
  [
    'a list of merge keys',
    `x: &a {image: x}\ny: &b {env: [{name: A, value: b}]}\n` + base('          <<: [*a, *b]\n'),
  ],
  ['a merge key of its own', base('          <<: {image: x, env: [{name: A, value: b}]}\n')],
  ['a sleep of 0', base('          lifecycle: {preStop: {sleep: {seconds: 0}}}\n')],
  [
    'keys that are no text',
    base('          image: x\n').replace(
      'metadata:',
      'metadata:\n  annotations: {1: a, 2.0: b, null: c, true: d, ~: e}'.replace(', ~: e', ''),
    ),
  ],
]

for (const [title, text] of cases) {
  test(`${title}: patched, the comments stay, and a second patch changes nothing`, () => {
    const once = patch(text, { auto: true, container: 'app' })
    assert.match(once.text, /--import lastcall\/auto/)
    assert.deepEqual(once.text.match(/# .*/g), text.match(/# .*/g))
    const breaks = new Set(once.text.match(/\r?\n/g))
    assert.deepEqual(breaks, new Set(text.includes('\r\n') ? ['\r\n'] : ['\n']))
    assert.equal(patch(once.text, { auto: true, container: 'app' }).text, once.text)
  })
}

test('a new list stands as far in as the lists of the file', () => {
  const text = base('          image: x\n')
  assert.match(patch(text).text, /\n {10}ports:\n {12}- name: probes\n/)
  const flush = text.replace('        - name', '      - name').replace('          image', '        image')
  assert.match(patch(flush).text, /\n {8}ports:\n {8}- name: probes\n/)
})
