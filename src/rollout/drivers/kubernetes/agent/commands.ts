import type { ApiClient } from '../api/client.ts'
import type { KubernetesObject } from '../api/objects.ts'
import { watchObjects } from '../api/watch.ts'
import { type AgentCommand, type AgentJob, COMMAND_KEY } from './protocol.ts'

interface ConfigMapObject extends KubernetesObject {
  readonly data?: Readonly<Record<string, string>>
}

/**
 * Reads the commands in the agent's ConfigMap, in order, until the signal is aborted.
 * @throws ApiError when reading the ConfigMap is forbidden
 */
export async function watchCommands(
  api: ApiClient,
  { namespace, configMap }: AgentJob,
  onCommand: (command: AgentCommand) => void,
  signal: AbortSignal,
): Promise<void> {
  let last = 0
  const target = {
    path: `/api/v1/namespaces/${namespace}/configmaps`,
    query: { fieldSelector: `metadata.name=${configMap}` },
  }
  await watchObjects<ConfigMapObject>(
    api,
    target,
    {
      onEvent(_, { data }) {
        const text = data?.[COMMAND_KEY]
        if (text === undefined) return
        const command = JSON.parse(text) as AgentCommand
        if (command.n <= last) return
        last = command.n
        onCommand(command)
      },
    },
    signal,
  )
}
