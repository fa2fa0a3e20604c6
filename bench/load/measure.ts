import { Child } from '../child.ts'
import { cpuTimeOf } from '../cpu-time.ts'
import type { Generated, Style } from '../protocol.ts'
import { type Block, type Blocks, type GeneratorName, styles } from './generators.ts'
import { hasWrk, runWrk } from './wrk.ts'

/** How much is measured. */
export interface LoadPlan {
  /** Blocks of each generator in each style. */
  readonly blocks: number
  /** Length of a block in milliseconds. */
  readonly blockMs: number
  /** Whether the server gets one core and the generators another. */
  readonly bind: boolean
}

/** A generator, and what tells its CPU time; undefined where nothing does. */
interface Generator {
  readonly name: GeneratorName
  readonly generate: (style: Style, rate: number, ms: number) => Promise<Generated>
  readonly cpu: (() => number) | undefined
}

const SERVER_CORE = 0
const GENERATOR_CORE = 1
/** Enough for the compiler to have seen all of it. */
const WARM_UP_MS = 1_500

/** The rate that the search begins with, and how much more each step asks for. */
const FIRST_RATE = 1_000
const STEP = 1.12
/** What a pause of the machine near the end of a block leaves unanswered is no limit of the generator's. */
const KEPT = 0.9
/** Of that rate a block asks for so much: at the limit itself every pause is one too many. */
const MARGIN = 0.8
/** So many misses one after the other end the search: one may be the machine's other work. */
const MISSES = 4
const MAX_RATE = 100_000

/** Blocks of all generators against one bare server, in turns, so that what drifts falls on all of them. */
export async function measureLoad(
  { blocks, blockMs, bind }: LoadPlan,
  say: (line: string) => void,
): Promise<Blocks> {
  const coreOf = (core: number): number | null => (bind ? core : null)
  const server = new Child('servers/http.ts', { args: ['bare'], core: coreOf(SERVER_CORE) })
  const port = await server.ask('port')
  const inChild = (name: GeneratorName, script: string): Generator => {
    const child = new Child(script, { core: coreOf(GENERATOR_CORE) })
    const generate: Generator['generate'] = (style, rate, ms) =>
      child.ask('generate', { port, style, rate, ms })
    return { name, generate, cpu: () => cpuTimeOf(child.pid) }
  }
  const own = inChild('lastcall load', 'load/engine.ts')
  const generators = [own, inChild('autocannon', 'load/autocannon.ts')]
  if (hasWrk()) {
    const generate: Generator['generate'] = (style, rate, ms) =>
      runWrk({ port, style, rate, ms }, coreOf(GENERATOR_CORE))
    generators.push({ name: 'wrk', generate, cpu: undefined })
  } else say('wrk is not there')
  const measured: Record<Style, Partial<Record<GeneratorName, Block[]>>> = {
    'keep-alive': {},
    'new-connections': {},
  }
  for (const style of styles) {
    for (const generator of generators) await generator.generate(style, FIRST_RATE, WARM_UP_MS)
    const rate = await findRate(own, style, Math.min(1_000, blockMs))
    say(`${style}: lastcall load is asked for ${Math.round(rate)} requests per second`)
    for (let index = 0; index < blocks; index++) {
      for (const generator of index % 2 === 0 ? generators : generators.toReversed()) {
        const block = await measureBlock(generator, { style, rate, ms: blockMs })
        say(`${style}, block ${index + 1} of ${blocks}, ${generator.name}: ${describe(block)}`)
        ;(measured[style][generator.name] ??= []).push(block)
      }
    }
  }
  return measured
}

/** A little less than the highest rate at which nothing is left unsent and nearly all is answered. */
async function findRate({ generate }: Generator, style: Style, ms: number): Promise<number> {
  let rate = FIRST_RATE
  for (let misses = 0; rate * STEP < MAX_RATE && misses < MISSES;) {
    const { requests, unsent, failed, ms: took } = await generate(style, rate * STEP, ms)
    const isKept = unsent === 0 && failed === 0 && requests / took >= (KEPT * rate * STEP) / 1_000
    misses = isKept ? 0 : misses + 1
    if (isKept) rate *= STEP
  }
  return rate * MARGIN
}

async function measureBlock(
  { name, generate, cpu }: Generator,
  { style, rate, ms }: { readonly style: Style; readonly rate: number; readonly ms: number },
): Promise<Block> {
  const before = cpu?.()
  const { requests, failed, ms: took } = await generate(style, rate, ms)
  if (failed > 0) throw new Error(`${name}, ${style}: ${failed} requests failed, wanted none`)
  const used = before === undefined ? undefined : (cpu?.() ?? NaN) - before
  return {
    requestsPerSecond: (requests / took) * 1_000,
    requestsPerCpuSecond: used === undefined ? null : (requests / used) * 1_000_000,
  }
}

function describe({ requestsPerSecond, requestsPerCpuSecond }: Block): string {
  const cpu = requestsPerCpuSecond === null ? '' : `, ${Math.round(requestsPerCpuSecond)} per CPU second`
  return `${Math.round(requestsPerSecond)} requests per second${cpu}`
}
