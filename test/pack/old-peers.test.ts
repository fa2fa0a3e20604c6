import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, suite } from 'node:test'
import { testWith } from '../helpers/needs.ts'
import { installIntoEmptyFolder, packLastcall, run } from './setup.ts'

/** Packages from before the oldest that each integration works with, and two that are old and work. */
const old = [
  'fastify@4.29.1',
  '@godaddy/terminus@4.11.2',
  'prom-client@12.0.0',
  'works@npm:prom-client@13.2.0',
  '@opentelemetry/api@1.8.0',
  '@opentelemetry/sdk-metrics@1.30.1',
]

const testWithRegistry = testWith('an npm registry')

suite('beside packages that are too old', () => {
  let installed: ReturnType<typeof installIntoEmptyFolder>

  /** What a program prints that runs beside the packages of a folder. */
  const printedIn = (folder: string, ...lines: readonly string[]): string => {
    const file = join(folder, 'program.js')
    const imports = `import { createLifecycle } from 'lastcall'
const lifecycle = createLifecycle({ probePort: false, logger: false, signals: [] })`
    writeFileSync(file, [imports, ...lines].join('\n'))
    const { code, output } = run(folder, process.execPath, [file])
    assert.equal(code, 0, output)
    return output
  }
  const printedBy = (...lines: readonly string[]): string => printedIn(installed.folder, ...lines)
  const sentenceOf = (call: string): string => `await (async () => ${call})().then(
  () => console.log('not refused'), ({ code, message }) => console.log(code + '\\n' + message))`
  const refusal = (found: string, wanted: string, install: string): string =>
    'LASTCALL_UNSUPPORTED_PEER\nA package that lastcall works with is too old: ' +
    `found ${found}, wanted ${wanted} or newer; run npm install ${install}\n`

  before(() => {
    installed = installIntoEmptyFolder(packLastcall(), ...old)
  })

  testWithRegistry('npm installs lastcall without a complaint', () => {
    assert.equal(installed.code, 0, installed.output)
    assert.doesNotMatch(installed.output, /ERESOLVE|peer/i)
  })

  testWithRegistry('the Fastify plugin names Fastify 4', () => {
    const printed = printedBy(
      "import fastify from 'fastify'",
      "import { lastcall } from 'lastcall/fastify'",
      sentenceOf('await fastify().register(lastcall, { lifecycle })'),
    )
    assert.equal(printed, refusal('fastify 4.29.1', '5.0.0', 'fastify@5'))
  })

  testWithRegistry('terminusOptions() names terminus 4.11, and createTerminus() does not need it', () => {
    const printed = printedBy(
      "import '@godaddy/terminus'",
      "import { createServer } from 'node:http'",
      "import { createTerminus, terminusOptions } from 'lastcall/terminus'",
      sentenceOf('terminusOptions(lifecycle)'),
      'createTerminus(createServer())',
      "console.log('served')",
    )
    const wanted = refusal('@godaddy/terminus 4.11.2', '4.12.0', '@godaddy/terminus@4')
    assert.ok(printed.startsWith(`${wanted}served\n`), printed)
  })

  testWithRegistry(
    'collectMetrics() names prom-client 12, and only where the registry is of that one',
    () => {
      const printed = printedBy(
        "import { register as tooOld } from 'prom-client'",
        "import { register } from 'works'",
        "import { collectMetrics } from 'lastcall/prom-client'",
        sentenceOf('collectMetrics(lifecycle, { register: tooOld, path: false })'),
        'collectMetrics(lifecycle, { register, path: false })',
        `console.log((await register.metrics()).match(/lastcall_state\\{state="starting"\\} 1/)[0])`,
      )
      const wanted = refusal('prom-client 12.0.0', '13.0.0', 'prom-client@15')
      assert.equal(printed, `${wanted}lastcall_state{state="starting"} 1\n`)
    },
  )

  testWithRegistry('observeMetrics() names @opentelemetry/api 1.2, which has no meters', () => {
    const { folder } = installIntoEmptyFolder(packLastcall(), '@opentelemetry/api@1.2.0')
    const printed = printedIn(
      folder,
      "import * as api from '@opentelemetry/api'",
      "import { observeMetrics } from 'lastcall/opentelemetry'",
      sentenceOf("observeMetrics(lifecycle, { meter: api.metrics?.getMeter('lastcall') })"),
    )
    assert.equal(printed, refusal('@opentelemetry/api 1.2.0', '1.3.0', '@opentelemetry/api@1'))
  })

  testWithRegistry('observeMetrics() works with @opentelemetry/api 1.8', () => {
    const printed = printedBy(
      "import { metrics } from '@opentelemetry/api'",
      "import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'",
      "import { observeMetrics } from 'lastcall/opentelemetry'",
      'class Reader extends MetricReader { async onShutdown() {} async onForceFlush() {} }',
      'const reader = new Reader()',
      'metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))',
      "observeMetrics(lifecycle, { meter: metrics.getMeter('lastcall') })",
      'const { resourceMetrics, errors } = await reader.collect()',
      'const states = resourceMetrics.scopeMetrics[0].metrics.find(({ descriptor }) => descriptor.name === "lastcall.state")',
      'const { attributes } = states.dataPoints.find(({ value }) => value === 1)',
      'console.log(errors.length, attributes.state)',
    )
    assert.equal(printed, '0 starting\n')
  })
})
