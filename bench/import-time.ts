/**
 * Measures how long `import 'lastcall'` takes in a new process, beside another build of it:
 *
 *   node bench/import-time.ts OTHER/dist/index.js [--pairs N]
 *
 * Without another build it is beside a module that imports nothing. Measures the built package: `npm run link` first.
 */
import { execFileSync } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { measurePairs, printSpread, spreadOf, type Variant } from './figures.ts'

const { values, positionals } = parseArgs({
  options: { pairs: { type: 'string', default: '40' } },
  allowPositionals: true,
})
const [other] = positionals
const modules: Readonly<Record<Variant, string>> = {
  bare: other === undefined ? 'data:text/javascript,' : pathToFileURL(other).href,
  lastcall: import.meta.resolve('lastcall'),
}

/**
 * Milliseconds that an import takes in a process of its own: on the clock, and of CPU, which other work on the
 * machine changes less.
 */
function importOnce(module: string): Readonly<Record<'clock' | 'cpu', number>> {
  const program = `const [began, before] = [performance.now(), process.cpuUsage()]
    await import('${module}')
    const { user, system } = process.cpuUsage(before)
    console.log(JSON.stringify({ clock: performance.now() - began, cpu: (user + system) / 1_000 }))`
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })
  return JSON.parse(printed) as ReturnType<typeof importOnce>
}

// The first of each reads the files from the disk.
for (const module of Object.values(modules)) importOnce(module)
const pairs = await measurePairs(Number(values.pairs), async (variant) => importOnce(modules[variant]))
for (const kind of ['clock', 'cpu'] as const) {
  const print = (values: readonly number[]): string => printSpread(spreadOf(values), 1)
  console.log(
    `${kind}, ms: ${other ?? 'an empty module'} ${print(pairs.map(({ bare }) => bare[kind]))}, ` +
      `lastcall ${print(pairs.map(({ lastcall }) => lastcall[kind]))}, ` +
      `difference ${print(pairs.map(({ bare, lastcall }) => lastcall[kind] - bare[kind]))}, ${pairs.length} pairs`,
  )
}
