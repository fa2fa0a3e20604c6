import { Command } from 'commander'
import { toRolloutDocument } from '../../report/json.ts'
import type { Driver } from '../../rollout/driver.ts'
import { inWords } from '../../rollout/drivers/kubernetes/api/api-error.ts'
import { createApiClient } from '../../rollout/drivers/kubernetes/api/client.ts'
import { createKubernetesDriver } from '../../rollout/drivers/kubernetes/driver.ts'
import { renderPlan } from '../../rollout/drivers/kubernetes/dry-run.ts'
import type { KubernetesOptions } from '../../rollout/drivers/kubernetes/kubernetes-options.ts'
import { DEFAULT_IMAGE } from '../../rollout/drivers/kubernetes/manifests.ts'
import { preflight } from '../../rollout/drivers/kubernetes/preflight.ts'
import { renderManifests } from '../../rollout/drivers/kubernetes/print-manifests.ts'
import { startRun } from '../../rollout/run.ts'
import type { Timeline } from '../../rollout/timeline.ts'
import { readAgentBundle } from '../agent-bundle.ts'
import { addBudgetFlag } from '../budget-flag.ts'
import type { RawFlags } from '../flag-reader.ts'
import { addHelp, type Example } from '../help.ts'
import type { CliIo } from '../io.ts'
import { addLoadFlags } from '../load-flags.ts'
import { observeFromHelp } from '../observe-from-flag.ts'
import { readRolloutFlags } from '../rollout-flags.ts'
import { sayOpenApi, showRun } from '../show-run.ts'
import { triggerHelp } from '../trigger-flag.ts'
import { addTlsFlags } from '../url-flags.ts'

const examples: readonly Example[] = [
  ['lastcall rollout deployment/shop', 'one restart; everything else is detected'],
  ['lastcall rollout sts/shop -n prod --context staging', 'as kubectl names it'],
  ['lastcall rollout deploy/shop --path /health', 'a server whose GET / is no success'],
  [
    'lastcall rollout deploy/shop --image workload',
    "an agent in the workload's own image, which has Node.js",
  ],
  ['lastcall rollout deploy/shop --trigger drain-node', 'what a node drain loses'],
  ['lastcall rollout deploy/shop --url https://shop.example', 'through the Ingress or the Gateway'],
  ['lastcall rollout deploy/worker --lanes jobs --jobs-url http://jobs:8080/jobs', 'a queue consumer'],
  ['lastcall rollout deploy/shop --rate 5000 --generators 4', 'more than one pod can send'],
  ['lastcall rollout deploy/shop --restarts 10 --json run.json', 'rare races, in every detail'],
]

/** `lastcall rollout TYPE/NAME`: a restart under load, in a cluster. */
export function createRolloutCommand(io: CliIo, onExitCode: (code: number) => void): Command {
  const command = new Command('rollout')
    .description('Restart a workload in a cluster under load, and show every request that failed')
    .argument('<workload...>', 'deployment, statefulset or daemonset as kubectl names it: deployment/shop')
    .option('-n, --namespace <name>', "namespace (default: the context's)")
    .option('--context <name>', 'context of the kubeconfig (default: the current one)')
    .option('--kubeconfig <file>', 'kubeconfig (default: KUBECONFIG, then ~/.kube/config)')
    .option('--service <name>', 'Service to send to (default: the one that selects the pods)')
    .option('--port <port>', 'its port, a number or a name (default: the one for HTTP)')
    .option(
      '--http2-port <port>',
      'its port for HTTP/2 without TLS (default: the one with appProtocol kubernetes.io/h2c; with --url that of ' +
        'the URL)',
    )
    .option(
      '--url <url>',
      'http or https URL to send to from inside the cluster, as that of an Ingress (default: the Service)',
    )
    .option(
      '--image <image>',
      'image of the agent, with Node.js 22 or newer; workload for the image of the workload ' +
        `(default: ${DEFAULT_IMAGE})`,
    )
    .option('--service-account <name>', 'account of the agent (default: one is created, with a role)')
    .option('--observe-from <place>', observeFromHelp)
    .option('--node <name>', 'node for the agent alone, whatever its taints (default: the scheduler decides)')
    .option(
      '--generators <n>',
      'number of pods that send the load, 1 to 20, on different nodes if possible (default: 1)',
    )
    .option('--trigger <how>', triggerHelp)
    .option(
      '--to-image <image>',
      'image for --trigger image, which rolls it out and then changes back (required there)',
    )
    .option('--restarts <n>', 'number of times to do that (default: 1)')
    .option('--duration <duration>', 'repeat for this long; with --trigger none: how long to observe')
    .option('--baseline <duration>', 'load before the first restart (default: 5s)')
    .option('--cool-down <duration>', 'load after the last old pod is gone (default: 3s)')
    .option('--rollout-timeout <duration>', 'how long one restart may take (default: 10m)')
    .option(
      '--shutdown-delay <duration>',
      'how long pods serve after the signal; connections idle for longer are counted separately (default: 2s)',
    )
  return addHelp(addBudgetFlag(addLoadFlags(addTlsFlags(command))), 'rollout', examples)
    .option('--dry-run', 'print every object and every permission, and create nothing')
    .option(
      '--print-manifests',
      'print the objects of an agent that does the run alone, for kubectl apply -f -; its Job has the exit code',
    )
    .option('--json <file>', 'write the whole run as JSON; - for stdout, instead of the report')
    .option('-o, --output <format>', 'json: the same as --json -')
    .option('--no-color', 'no colours, even on a terminal')
    .option('--quiet', 'one line: the result')
    .action(async (words: string[], raw: RawFlags) => onExitCode(await rollout(words, raw, io)))
}

async function rollout(words: readonly string[], raw: RawFlags, io: CliIo): Promise<number> {
  const flags = readRolloutFlags(raw, words, io)
  sayOpenApi(flags.openapi, flags.loadFor(1, ''), { raw, io })
  // Loaded late: the client library is large, and no other command needs it.
  const { loadKubeconfig } = await import('../../rollout/drivers/kubernetes/api/kubeconfig.ts')
  const cluster = loadKubeconfig(flags)
  const api = createApiClient(cluster)
  const namespace = flags.namespace ?? cluster.namespace
  const found = await inWords(api.server, () => preflight(api, { ...flags, namespace }))
  const options: KubernetesOptions = {
    ...flags,
    found,
    load: flags.loadFor(found.workload.replicas, found.service?.service ?? ''),
    bundle: readAgentBundle(),
  }
  if (flags.dryRun) {
    io.stdout.write(renderPlan(options))
    return 0
  }
  if (flags.printManifests) {
    const { text, hint } = renderManifests(options, flags)
    io.stdout.write(text)
    if (hint !== undefined) io.stderr.write(`${hint}\n`)
    return 0
  }
  const { kind, name } = found.workload
  const { service } = found
  const workload = `${kind.toLowerCase()}/${name}`
  return showRun(
    {
      start(onEvent) {
        const openDriver = (timeline: Timeline): Driver =>
          createKubernetesDriver(options, { api, timeline, onLost: (problem) => run.interrupt(problem) })
        const run = startRun({ ...flags, load: options.load }, openDriver, onEvent)
        return { ...run, finished: inWords(api.server, () => run.finished) }
      },
      toDocument: (facts) =>
        toRolloutDocument(facts, {
          workload,
          namespace,
          context: cluster.context,
          ...(flags.toImage !== undefined && { toImage: flags.toImage }),
          ...(flags.url && { url: flags.url.words }),
          ...(flags.openapi && { openapi: flags.openapi }),
          ...(service && { service: service.service, port: service.port }),
        }),
      cleanedUp: 'everything that it had created has been deleted',
    },
    raw,
    io,
  )
}
