import { readFileSync } from 'node:fs'
import { inClusterAccess } from './in-cluster.ts'
import type { AgentJob } from './protocol.ts'
import { runAgent } from './run-agent.ts'

/**
 * Runs the agent in its pod. Its job is a file next to it, and its log is its only output. Sets the exit
 * code.
 */
export async function main(jobFile: string): Promise<void> {
  const ending = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => ending.abort())
  const job = JSON.parse(readFileSync(jobFile, 'utf8')) as AgentJob
  process.exitCode = await runAgent(job, {
    access: inClusterAccess(process.env),
    // The cluster sets it for an indexed Job.
    index: Number(process.env['JOB_COMPLETION_INDEX'] ?? 0),
    write: (text) => void process.stdout.write(text),
    signal: ending.signal,
  })
}
