import { readFileSync } from 'node:fs'
import type { LoadDocument } from '../src/load/load-document.ts'
import { ClientPod, stopFile } from './client-pod.ts'
import type { Cluster } from './cluster.ts'
import type { Scenario } from './scenario.ts'
import type { Download, Reading } from './throttled-client.ts'

/** Where the examples that speak HTTP/2 do, in their containers and in their Service. */
export const http2Port = 3001

/**
 * Load from a pod of its own, with the load engine that `lastcall rehearse` uses; it prints a
 * {@link LoadDocument}.
 */
export function startLoad(
  cluster: Cluster,
  signal: AbortSignal,
  url: string,
  { rate, lanes }: Pick<Scenario, 'rate' | 'lanes'>,
): Promise<ClientPod> {
  const cli = ['node', 'node_modules/lastcall/dist/cli/bin.js', 'load', '--url', url]
  const shape = ['--rate', String(rate), '--lanes', lanes.join(','), '--http2-port', String(http2Port)]
  const rest = ['--slow-time', '4s', '--until-file', stopFile, '--json', '-', '--progress', '10s']
  return ClientPod.start(cluster, signal, { name: 'load', command: [...cli, ...shape, ...rest] })
}

/** Ends it and resolves to its result. */
export async function finishLoad(pod: ClientPod): Promise<LoadDocument> {
  return (await pod.finish()) as LoadDocument
}

/**
 * Eight megabytes at one megabyte a second: an answer that was begun before the signal is still being read
 * when the drain begins, most of it written long ago.
 */
const reading: Omit<Reading, 'host'> = {
  port: 80,
  path: '/large?mb=8',
  bytesPerSecond: 1_000_000,
  silenceMs: 10_000,
}

/** Clients that read slowly, from a pod of their own; it prints {@link Download}s. */
export function startSlowReaders(
  cluster: Cluster,
  signal: AbortSignal,
  host: string,
  clients: number,
): Promise<ClientPod> {
  const source = readFileSync(new URL('throttled-client.ts', import.meta.url), 'utf8')
  const args = [stopFile, clients, { ...reading, host }].map((value) => JSON.stringify(value)).join(', ')
  const main = `console.log(JSON.stringify(await downloadUntil(${args})))`
  const command = ['node', '--input-type=module-typescript', '--eval', `${source}\n${main}\n`]
  return ClientPod.start(cluster, signal, { name: 'slow-readers', command })
}

/** Ends them and resolves to everything that they read. */
export async function finishSlowReaders(pod: ClientPod): Promise<readonly Download[]> {
  return (await pod.finish()) as readonly Download[]
}
