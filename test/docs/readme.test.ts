import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { readSection, readTable } from '../../scripts/docs/markdown.ts'
import { readPage, sectionOf } from './pages.ts'

const readme = readPage('README.md')

suite('README', () => {
  test('the figures of the terminal picture are those of its alternative text', () => {
    const svg = readPage('docs/images/before-after.svg').replaceAll('\u00A0', ' ')
    const figures = [...(readSection(readme, 'before-after') ?? '').matchAll(/[\d,]+ failed of [\d,]+/g)]
    assert.equal(figures.length, 2)
    for (const [figure] of figures) assert.ok(svg.includes(`>${figure}<`), `${figure}: npm run docs:terminal`)
    assert.match(String(figures[1]), /^0 failed of /)
  })

  test('every line of the proof is a line of the whole table', () => {
    const figuresOf = (page: string, heading: string): readonly string[] =>
      readTable(sectionOf(page, heading))
        .slice(1)
        .map(([, ...figures]) => figures.join(' with '))
    const shown = figuresOf('README.md', 'Proof')
    const all = figuresOf('docs/proof.md', 'Every scenario')
    assert.ok(shown.length > 3)
    assert.deepEqual(
      shown.filter((figures) => !all.includes(figures)),
      [],
    )
  })

  test('the cost of a request is that of the benchmarks', () => {
    const rows = readTable(readSection(readPage('docs/benchmarks.md'), 'throughput') ?? '')
    const percentOf = (server: string): number => {
      const [, , , ratio = ''] = rows.find(([name]) => name === server) ?? []
      return Math.round((Number.parseFloat(ratio) - 1) * 100)
    }
    const prose = readme.replaceAll(/\s+/g, ' ')
    const [http1, https, http2] = ['`node:http`', '`node:https`', 'HTTP/2'].map(percentOf)
    const wanted = `${http1} % of the CPU time of an empty request on \`node:http\` (${https} % on HTTPS, ${http2} % on HTTP/2,`
    assert.ok(prose.includes(wanted), wanted)
  })
})
