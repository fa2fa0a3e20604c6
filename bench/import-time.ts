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
import { measurePairs, printNumber, printSpread, spreadOf, type Variant } from './figures.ts'

const { values, positionals } = parseArgs({
  options: { pairs: { type: 'string', default: '40' } },
  allowPositionals: true,
})
const [other] = positionals
const modules: Readonly<Record<Variant, string>> = {
  bare: other === undefined ? 'data:text/javascript,' : pathToFileURL(other).href,
  lastcall: import.meta.resolve('lastcall'),
}

/** Milliseconds from the first line of a program to the end of its import. */
function importOnce(module: string): number {
  const program = `const began = performance.now()
    await import('${module}')
    console.log(performance.now() - began)`
  return Number(execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' }))
}

// The first of each reads the files from the disk.
for (const module of Object.values(modules)) importOnce(module)
const pairs = await measurePairs(Number(values.pairs), async (variant) => importOnce(modules[variant]))
const { median, min, max } = spreadOf(pairs.map(({ bare, lastcall }) => lastcall - bare))
console.log(`${other ?? 'an empty module'}: ${printSpread(spreadOf(pairs.map(({ bare }) => bare)), 1)} ms`)
console.log(`lastcall: ${printSpread(spreadOf(pairs.map(({ lastcall }) => lastcall)), 1)} ms`)
console.log(
  `difference: ${printNumber(median, 2)} ms (${printNumber(min, 2)}..${printNumber(max, 2)}), ${pairs.length} pairs`,
)
