import { readFileSync } from 'node:fs'
import { inClusterAccess } from './in-cluster.ts'
import type { AgentJob } from './protocol.ts'
import { runAgent } from './run-agent.ts'

/** Runs the agent in its pod: the job is a file beside it, the log its only output. Sets the exit code. */
export async function main(jobFile: string): Promise<void> {
  const ending = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => ending.abort())
  const job = JSON.parse(readFileSync(jobFile, 'utf8')) as AgentJob
  process.exitCode = await runAgent(job, {
    access: inClusterAccess(process.env),
    // Set by the cluster where the Job is an indexed one.
    index: Number(process.env['JOB_COMPLETION_INDEX'] ?? 0),
    write: (text) => void process.stdout.write(text),
    signal: ending.signal,
  })
}
