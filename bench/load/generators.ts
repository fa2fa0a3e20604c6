import type { Style } from '../protocol.ts'

/** Connections of a generator that waits for its answers. */
export const CONNECTIONS = 50

/** The generators that are compared, by their names in the tables. */
export const generatorNames = ['lastcall load', 'autocannon', 'wrk'] as const
export type GeneratorName = (typeof generatorNames)[number]

/** How each of them is asked to use its connections. */
export const styles: readonly Style[] = ['keep-alive', 'new-connections']

/** What one block of requests gave. */
export interface Block {
  readonly requestsPerSecond: number
  /** Null where the CPU time of the generator is not known. */
  readonly requestsPerCpuSecond: number | null
}

/** All blocks of one run, by style and generator. */
export type Blocks = Readonly<Record<Style, Readonly<Partial<Record<GeneratorName, readonly Block[]>>>>>
