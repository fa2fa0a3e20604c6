import { accountManifests } from './account-manifests.ts'
import type { AgentPlan, Manifest } from './agent-plan.ts'
import type { OwnerReference } from './api/objects.ts'

/** Label of all objects that lastcall creates. Its value is the name of the run. */
export const RUN_LABEL = 'lastcall.dev/run'
/** Name of the agent's container. */
export const AGENT_CONTAINER = 'agent'
/** Default of `--image`. */
export const DEFAULT_IMAGE = 'node:24-slim'
/** This value of `--image` means the image of the workload. */
export const WORKLOAD_IMAGE = 'workload'

const FOLDER = '/lastcall'
const BUNDLE_FILE = 'agent.mjs.gz'
const JOB_FILE = 'job.json'
/** How long the agent is kept after its end, so that its log can be read. Seconds. */
const KEPT_SECONDS = 60
const KEPT_ALONE_SECONDS = 3_600

/** Only the Job. It owns all other objects, so its end deletes all of them. */
export function jobManifest(plan: AgentPlan): Manifest {
  const { name, deadlineSeconds, generators } = plan
  return {
    path: `/apis/batch/v1/namespaces/${plan.workload.namespace}/jobs`,
    object: {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: metadataOf(plan),
      spec: {
        // No pod until its account exists. The deadline runs already, and no failed attempt is reported.
        parallelism: plan.alone ? 1 : 0,
        // The index tells each pod which part of the load it sends.
        ...(generators > 1 && { completions: generators, completionMode: 'Indexed' }),
        // A second agent would start from nothing in the middle of a run.
        backoffLimit: 0,
        activeDeadlineSeconds: deadlineSeconds,
        ttlSecondsAfterFinished: plan.alone ? KEPT_ALONE_SECONDS : KEPT_SECONDS,
        template: { metadata: { labels: labelsOf(name) }, spec: podSpec(plan) },
      },
    },
  }
}

/** All objects except the Job; `owner` is the Job, once it exists. */
export function otherManifests(plan: AgentPlan, owner?: OwnerReference): readonly Manifest[] {
  const { workload, serviceAccount, observeFrom } = plan
  const { namespace } = workload
  const metadata = { ...metadataOf(plan), ...(owner && { ownerReferences: [owner] }) }
  return [
    ...(observeFrom === 'cluster' && serviceAccount === undefined ? accountManifests(plan, metadata) : []),
    {
      path: `/api/v1/namespaces/${namespace}/configmaps`,
      object: {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata,
        binaryData: { [BUNDLE_FILE]: Buffer.from(plan.bundle).toString('base64') },
        data: { [JOB_FILE]: JSON.stringify(plan.job) },
      },
    },
  ]
}

/** The account of the agent. Undefined without one: the pod then has the default account. */
function accountOf({ name, serviceAccount, observeFrom }: AgentPlan): string | undefined {
  return observeFrom === 'here' ? undefined : (serviceAccount ?? name)
}

function labelsOf(name: string): Readonly<Record<string, string>> {
  return {
    'app.kubernetes.io/name': 'lastcall-agent',
    'app.kubernetes.io/managed-by': 'lastcall',
    [RUN_LABEL]: name,
  }
}

function metadataOf({ name, workload }: AgentPlan): Manifest['object']['metadata'] {
  return { name, namespace: workload.namespace, labels: labelsOf(name) }
}

/** Complies with the restricted Pod Security standard. */
function podSpec(plan: AgentPlan): object {
  const { name, image, imagePullSecrets, node, generators } = plan
  const account = accountOf(plan)
  return {
    restartPolicy: 'Never',
    // Bypasses the scheduler, and so taints with NoSchedule (Kubernetes docs, "Assigning Pods to Nodes").
    ...(node !== undefined && { nodeName: node }),
    ...(node === undefined && generators > 1 && { topologySpreadConstraints: [spreadOf(name)] }),
    ...(account !== undefined && { serviceAccountName: account }),
    ...(imagePullSecrets.length > 0 && { imagePullSecrets }),
    automountServiceAccountToken: account !== undefined,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: plan.graceSeconds,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 65_532,
      runAsGroup: 65_532,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [
      {
        name: AGENT_CONTAINER,
        image,
        command: ['node', '--input-type=module', '--eval', bootstrap],
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
        // Without a CPU limit, because a throttled generator measures itself.
        resources: { requests: { cpu: '500m', memory: '128Mi' }, limits: { memory: '512Mi' } },
        volumeMounts: [
          { name: 'lastcall', mountPath: FOLDER, readOnly: true },
          { name: 'tmp', mountPath: '/tmp' },
        ],
      },
    ],
    volumes: [
      { name: 'lastcall', configMap: { name } },
      { name: 'tmp', emptyDir: { sizeLimit: '64Mi' } },
    ],
  }
}

/** Two generators on one node may stall together. The run still works in a cluster with fewer nodes. */
function spreadOf(name: string): object {
  return {
    maxSkew: 1,
    topologyKey: 'kubernetes.io/hostname',
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: { [RUN_LABEL]: name } },
  }
}

/** Unpacks and runs the agent. The file is compressed because a ConfigMap is limited to 1 MiB. */
const bootstrap = [
  "const { readFileSync, writeFileSync } = process.getBuiltinModule('fs')",
  "const { gunzipSync } = process.getBuiltinModule('zlib')",
  "const file = '/tmp/agent.mjs'",
  `writeFileSync(file, gunzipSync(readFileSync('${FOLDER}/${BUNDLE_FILE}')))`,
  'const { main } = await import(file)',
  `await main('${FOLDER}/${JOB_FILE}')`,
].join('\n')
