import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { readEntries } from '../helpers/source-graph.ts'
import { installIntoEmptyFolder, packLastcall, run } from './setup.ts'

const modules = fileURLToPath(new URL('../../node_modules', import.meta.url))
const { folder } = installIntoEmptyFolder(packLastcall())
mkdirSync(join(folder, 'node_modules/@types'))
for (const name of ['@types/node', 'fastify']) {
  symlinkSync(join(modules, name), join(folder, 'node_modules', name), 'junction')
}

/** What the compiler says of a CommonJS file; it checks the declarations of the package as well. */
function compile(code: string, module: string): string {
  writeFileSync(join(folder, 'server.cts'), code)
  const compilerOptions = {
    noEmit: true,
    strict: true,
    target: 'es2023',
    lib: ['es2024', 'esnext.disposable'],
    types: ['node'],
    module,
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['server.cts'] }))
  return run(folder, process.execPath, [join(modules, 'typescript/bin/tsc'), '--pretty', 'false']).output
}

const everything = `
import { createServer } from 'node:http'
import fastify from 'fastify'
import { createLifecycle, LastcallError, type Lifecycle, type Report } from 'lastcall'
import { lastcall } from 'lastcall/fastify'
import { collectMetrics, type CollectOptions } from 'lastcall/prom-client'
import { observeMetrics } from 'lastcall/opentelemetry'
import { createTerminus, HealthCheckError } from 'lastcall/terminus'
import type { LastcallDocument, RolloutDocument } from 'lastcall/documents'
import { createTestLifecycle, type TestLifecycle } from 'lastcall/testing'
import 'lastcall/auto'

const lifecycle: Lifecycle = createLifecycle({ shutdownDelayMs: 1_000 })
const server: ReturnType<typeof createServer> = lifecycle.serve(createTerminus(createServer()))
export async function main(options: CollectOptions): Promise<Report> {
  const app = fastify()
  await app.register(lastcall, { lifecycle })
  app.lifecycle.ready()
  collectMetrics(lifecycle, options)
  return lifecycle.shutdown()
}
export const codeOf = (error: unknown): string | undefined =>
  error instanceof LastcallError ? error.code : error instanceof HealthCheckError ? error.message : undefined
export const failedIn = (document: LastcallDocument): number =>
  'forcedCloses' in document ? document.forcedCloses.total
  : document.kind === 'load' ? document.failed
  : document.kind === 'before-after' ? document.after.load.failed
  : document.kind === 'kube-check' ? document.workloads.length
  : document.kind === 'supervisor-status' ? document.crashes
  : document.load.failed
export const laneOf = ({ load }: RolloutDocument): string | undefined => load.lanes[0]?.lane
export const test: () => TestLifecycle = createTestLifecycle
export { observeMetrics, server }
`

suite('the types for a CommonJS project', () => {
  for (const module of ['node16', 'node18', 'node20', 'nodenext']) {
    test(`every entry point has its types with module ${module}`, () => {
      for (const { subpath } of readEntries()) {
        assert.ok(everything.includes(`'lastcall${subpath.slice(1)}'`), subpath)
      }
      assert.equal(compile(everything, module), '')
    })
  }

  test('a misspelt option is refused, so that the types are no any', () => {
    const code = `import { createLifecycle } from 'lastcall'\ncreateLifecycle({ shutdownDelay: 1 })\n`
    assert.match(compile(code, 'node16'), /server\.cts\(2,19\): error TS2561/)
  })
})
