import { parseAgentLine } from '../../src/rollout/drivers/kubernetes/agent/parse-line.ts'
import {
  type AgentCommand,
  type AgentJob,
  type AgentLine,
  COMMAND_KEY,
} from '../../src/rollout/drivers/kubernetes/agent/protocol.ts'
import { runAgent } from '../../src/rollout/drivers/kubernetes/agent/run-agent.ts'
import { FakeApiServer, type Scope } from './fake-api-server.ts'
import { namespace, paths, putShop } from './kubernetes-objects.ts'

const job: AgentJob = {
  namespace,
  workload: { kind: 'Deployment', name: 'shop', resource: 'deployments', uid: 'uid-shop' },
  selector: 'app=shop',
  service: 'shop',
  target: { host: '127.0.0.1', port: 9 },
  targetPort: 'http',
  generators: 1,
  configMap: 'lastcall-1',
}

/** An agent in this process, for the Deployment `shop`. */
export interface RunningAgent {
  readonly server: FakeApiServer
  readonly exitCode: Promise<number>
  readonly ending: AbortController
  /** Lines of a type so far. */
  lines<Type extends AgentLine['type']>(type: Type): readonly Extract<AgentLine, { type: Type }>[]
}

/**
 * Begins an agent for the Deployment `shop` of a server of its own, one of several where it is not the first;
 * `more` is added to its job.
 */
export async function beginAgent(
  t: Scope,
  prepare: (server: FakeApiServer) => void = () => undefined,
  { index = 0, ...more }: Partial<AgentJob> & { readonly index?: number } = {},
): Promise<RunningAgent> {
  const server = await new FakeApiServer().start(t)
  putShop(server)
  server.put(paths.configMaps, { metadata: { name: job.configMap } })
  prepare(server)
  const ending = new AbortController()
  const lines: AgentLine[] = []
  const exitCode = runAgent(
    { ...job, generators: index + 1, ...more },
    {
      access: server.access,
      index,
      write: (text) => lines.push(parseAgentLine(text)!),
      signal: ending.signal,
    },
  )
  t.after(() => ending.abort())
  return {
    server,
    exitCode,
    ending,
    lines: <Type extends AgentLine['type']>(type: Type) =>
      lines.filter((line): line is Extract<AgentLine, { type: Type }> => line.type === type),
  }
}

/** Puts a command where the agent looks for it. */
export function tell(server: FakeApiServer, command: AgentCommand): void {
  const data = { [COMMAND_KEY]: JSON.stringify(command) }
  server.put(paths.configMaps, { metadata: { name: job.configMap }, data })
}
