import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { fileURLToPath } from 'node:url'

import { libraryFolder } from '../../scripts/charts/library.ts'
import { type HelmResult, runHelm, type Values } from './helm.ts'

/** The library's folder. */
export const libraryPath: string = fileURLToPath(libraryFolder)

const folders: string[] = []
after(() => Promise.all(folders.map((path) => rm(path, { recursive: true }))))

/** A copy of a chart of `fixtures` with the library in it, as `helm dependency build` leaves it. */
export async function withLibrary(name: string): Promise<string> {
  const chart = await emptyFolder()
  await cp(fileURLToPath(new URL(`fixtures/${name}`, import.meta.url)), chart, { recursive: true })
  await cp(libraryPath, join(chart, 'charts/lastcall-lib'), { recursive: true })
  return chart
}

/**
 * Renders one expression in a chart that has the library and nothing else. `.Values.given` are the values.
 */
export async function renderExpression(expression: string, values: Values = {}): Promise<HelmResult> {
  const chart = await emptyFolder()
  await mkdir(join(chart, 'templates'))
  await writeFile(
    join(chart, 'Chart.yaml'),
    JSON.stringify({ apiVersion: 'v2', name: 'bare', version: '1.0.0' }),
  )
  await writeFile(join(chart, 'templates/all.yaml'), `out:\n  {{- ${expression} | nindent 2 }}\n`)
  await cp(libraryPath, join(chart, 'charts/lastcall-lib'), { recursive: true })
  return runHelm(['template', 'shop', chart, '--values', '-'], JSON.stringify({ given: values }))
}

/** A folder that is taken away after the file's tests. */
export async function emptyFolder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'lastcall-library-'))
  folders.push(path)
  return path
}
