import { readFileSync } from 'node:fs'
import { ClientPod, stopFile } from './client-pod.ts'
import { type Cluster, RELEASE } from './cluster.ts'
import type { Download, Reading } from './throttled-client.ts'

/**
 * Eight megabytes at one megabyte a second: an answer that was begun before the signal is still being read
 * when the drain begins, most of it written long ago.
 */
const reading: Reading = {
  host: RELEASE,
  port: 80,
  path: '/large?mb=8',
  bytesPerSecond: 1_000_000,
  silenceMs: 10_000,
}

/** Clients that read slowly, from a pod of their own; it prints {@link Download}s. */
export function startSlowReaders(cluster: Cluster, signal: AbortSignal, clients: number): Promise<ClientPod> {
  const source = readFileSync(new URL('throttled-client.ts', import.meta.url), 'utf8')
  const args = [stopFile, clients, reading].map((value) => JSON.stringify(value)).join(', ')
  const main = `console.log(JSON.stringify(await downloadUntil(${args})))`
  const command = ['node', '--input-type=module-typescript', '--eval', `${source}\n${main}\n`]
  return ClientPod.start(cluster, signal, { name: 'slow-readers', command })
}

/** Ends them and resolves to everything that they read. */
export async function finishSlowReaders(pod: ClientPod): Promise<readonly Download[]> {
  return (await pod.finish()) as readonly Download[]
}

/** What the slow readers got, by how it ended; nothing without them. */
export function describeDownloads(downloads: readonly Download[]): string {
  const count = (end: string): number => downloads.filter((one) => one.end === end).length
  if (downloads.length === 0) return ''
  return `slow downloads: ${count('whole')} whole, ${count('cut')} cut, ${count('refused')} refused`
}
