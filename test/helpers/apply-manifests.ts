import type { ApiAccess } from '../../src/rollout/drivers/kubernetes/api/access.ts'
import type { AgentJob, AgentLine } from '../../src/rollout/drivers/kubernetes/agent/protocol.ts'
import { runAgent } from '../../src/rollout/drivers/kubernetes/agent/run-agent.ts'

/** What `kubectl apply` gets. */
export interface AppliedObject {
  readonly kind: string
  readonly data?: Readonly<Record<string, string>>
}

/** Runs the agent of a Job as a cluster does, and resolves when it has ended. */
export async function applyManifests(
  access: ApiAccess,
  objects: readonly AppliedObject[],
): Promise<{ readonly exitCode: number; readonly lines: readonly AgentLine[] }> {
  const { data } = objects.find(({ kind }) => kind === 'ConfigMap') ?? {}
  const job = JSON.parse(data?.['job.json'] ?? '') as AgentJob
  const lines: AgentLine[] = []
  const exitCode = await runAgent(job, {
    access,
    index: 0,
    write: (text) => lines.push(JSON.parse(text) as AgentLine),
    signal: new AbortController().signal,
  })
  return { exitCode, lines }
}
