import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { parse } from 'yaml'
import pkg from '../../package.json' with { type: 'json' }

interface Job {
  readonly uses?: string
  readonly permissions?: Readonly<Record<string, string>>
  readonly steps?: readonly { readonly uses?: string; readonly run?: string }[]
}
interface Workflow {
  readonly permissions: Readonly<Record<string, string>>
  readonly jobs: Readonly<Record<string, Job>>
}

const read = (file: string): Workflow => parse(readFileSync(file, 'utf8')) as Workflow
const publish = read('.github/workflows/publish.yml')
const scriptOf = ({ steps = [] }: Job): string => steps.flatMap(({ run }) => run ?? []).join('\n')

suite('the workflows', () => {
  for (const file of globSync('.github/workflows/*.yml')) {
    test(`${file} names each action by its commit, and may only read by itself`, () => {
      const { jobs, permissions } = read(file)
      assert.deepEqual(permissions, { contents: 'read' })
      const actions = Object.values(jobs).flatMap(({ uses, steps = [] }) => [
        ...(uses === undefined ? [] : [uses]),
        ...steps.flatMap((step) => step.uses ?? []),
      ])
      assert.ok(actions.length > 0)
      const loose = actions.filter(
        (action) => !/^(?:[\w-]+\/[\w-]+@[0-9a-f]{40}|\.\/\.github\/.*)$/.test(action),
      )
      assert.deepEqual(loose, [])
    })
  }

  test('nothing is published before the gate has passed, and npm needs no secret', () => {
    const writing = Object.entries(publish.jobs).filter(([, { permissions = {} }]) =>
      Object.values(permissions).includes('write'),
    )
    assert.deepEqual(
      writing.map(([name]) => name),
      ['npm', 'charts', 'image'],
    )
    const text = readFileSync('.github/workflows/publish.yml', 'utf8')
    assert.equal(text.match(/needs: \[gate, pack\]/g)?.length, writing.length)
    assert.match(scriptOf(publish.jobs['npm'] ?? {}), /^npm publish .* --provenance /)
    assert.doesNotMatch(text, /NPM_TOKEN|NODE_AUTH_TOKEN/)
  })

  test('what they run of this repository is there', () => {
    for (const { jobs } of globSync('.github/workflows/*.yml').map(read)) {
      for (const script of Object.values(jobs).map(scriptOf)) {
        for (const [file] of script.matchAll(/scripts\/[\w-]+\.ts/g))
          assert.equal(globSync(file).length, 1, file)
      }
    }
  })
})

test('the version is the same in package.json, the charts and the changelog', () => {
  for (const file of globSync('charts/*/Chart.yaml')) {
    const chart = parse(readFileSync(file, 'utf8')) as { version: string; appVersion: string }
    assert.deepEqual([chart.version, chart.appVersion], [pkg.version, pkg.version], file)
  }
  assert.match(
    readFileSync('CHANGELOG.md', 'utf8'),
    new RegExp(`^## \\[${pkg.version.replaceAll('.', '\\.')}\\]`, 'm'),
  )
})
