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
  configMap: 'lastcall-1',
}

/** An agent that runs in this process. */
interface RunningAgent {
  readonly server: FakeApiServer
  readonly exitCode: Promise<number>
  readonly ending: AbortController
  /** Lines of a type so far. */
  lines<Type extends AgentLine['type']>(type: Type): readonly Extract<AgentLine, { type: Type }>[]
}

/** Starts an agent for the Deployment `shop` of a server of its own; `more` is added to its job. */
export async function beginAgent(
  t: Scope,
  prepare: (server: FakeApiServer) => void = () => undefined,
  more: Partial<AgentJob> = {},
): Promise<RunningAgent> {
  const server = await new FakeApiServer().start(t)
  putShop(server)
  server.put(paths.configMaps, { metadata: { name: job.configMap } })
  prepare(server)
  const ending = new AbortController()
  const lines: AgentLine[] = []
  const exitCode = runAgent(
    { ...job, ...more },
    {
      access: server.access,
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

/** Hands an agent a command. */
export function tell(server: FakeApiServer, command: AgentCommand): void {
  const data = { [COMMAND_KEY]: JSON.stringify(command) }
  server.put(paths.configMaps, { metadata: { name: job.configMap }, data })
}
