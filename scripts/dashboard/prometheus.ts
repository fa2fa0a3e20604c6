import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { findFreePort } from '../../src/rollout/drivers/shared/free-port.ts'

/** A series of an answer: values as text, times in seconds (Prometheus, "HTTP API"). */
export interface Series {
  readonly metric: Readonly<Record<string, string>>
  readonly values: readonly (readonly [seconds: number, value: string])[]
}

/** A query over a time range, times in seconds; with `instant` at its end only. */
export interface Query {
  readonly expr: string
  readonly instant: boolean
  readonly from: number
  readonly to: number
  readonly step: number
}

/** A Prometheus server of our own. */
export interface Prometheus {
  query(query: Query): Promise<readonly Series[]>
  close(): Promise<void>
}

const unpacked = '.cache/prometheus/usr/bin/prometheus'

/**
 * Starts Prometheus with this configuration in a folder that is emptied first, on a free port of loopback. It
 * has to be on the PATH or unpacked in .cache.
 */
export async function startPrometheus(folder: string, config: string): Promise<Prometheus> {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'prometheus.yaml')
  writeFileSync(file, config)
  const address = `127.0.0.1:${await findFreePort()}`
  const server = spawn(
    existsSync(unpacked) ? unpacked : 'prometheus',
    [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const ended = once(server, 'exit').catch((error: unknown) => [error])
  let isReady = false
  const log: string[] = []
  for await (const line of createInterface({ input: server.stderr })) {
    log.push(line)
    isReady = line.includes('Server is ready')
    if (isReady) break
  }
  if (!isReady) {
    const [reason] = await ended
    throw new Error(
      `Prometheus (Debian package prometheus) did not start: ${String(reason)}\n${log.join('\n')}`,
    )
  }
  server.stderr.resume()
  return {
    query: (query) => askPrometheus(address, query),
    async close() {
      server.kill()
      await ended
    },
  }
}

interface Answer {
  readonly error?: string
  readonly data?: {
    readonly result: readonly (Partial<Series> & {
      readonly metric: Series['metric']
      readonly value?: Series['values'][number]
    })[]
  }
}

async function askPrometheus(address: string, query: Query): Promise<readonly Series[]> {
  const { expr, instant, from, to, step } = query
  const times = instant ? { time: to } : { start: from, end: to, step }
  const words = new URLSearchParams({ query: expr })
  for (const [name, value] of Object.entries(times)) words.set(name, String(value))
  const response = await fetch(
    `http://${address}/api/v1/${instant ? 'query' : 'query_range'}?${words.toString()}`,
  )
  const { error, data } = (await response.json()) as Answer
  if (!data) throw new Error(`Prometheus refuses ${expr}: ${error}`)
  return data.result.map(({ metric, values, value }) => ({
    metric,
    values: values ?? (value ? [value] : []),
  }))
}
