import { accountManifests } from './account-manifests.ts'
import type { AgentPlan, Manifest } from './agent-plan.ts'
import type { OwnerReference } from './api/objects.ts'

/** Label of everything that lastcall creates; its value is the run's name. */
export const RUN_LABEL = 'lastcall.dev/run'
/** Name of the agent's container. */
export const AGENT_CONTAINER = 'agent'
/** Default of `--image`. */
export const DEFAULT_IMAGE = 'node:24-slim'
/** Value of `--image` that stands for the image of the workload itself. */
export const WORKLOAD_IMAGE = 'workload'

const FOLDER = '/lastcall'
const BUNDLE_FILE = 'agent.mjs.gz'
const JOB_FILE = 'job.json'
/** How long it is kept after its end, for those who want to read its log. Seconds. */
const KEPT_SECONDS = 60
const KEPT_ALONE_SECONDS = 3_600

/** The Job alone: it owns everything else, so that its end is the end of all. */
export function jobManifest(plan: AgentPlan): Manifest {
  const { name, deadlineSeconds, generators } = plan
  return {
    path: `/apis/batch/v1/namespaces/${plan.workload.namespace}/jobs`,
    object: {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: metadataOf(plan),
      spec: {
        // Without a pod until its account is there: the deadline runs, and no failed attempt is reported.
        parallelism: plan.alone ? 1 : 0,
        // Each pod knows by its index which part of the load is its own.
        ...(generators > 1 && { completions: generators, completionMode: 'Indexed' }),
        // A second agent would begin from nothing, in the middle of a run.
        backoffLimit: 0,
        activeDeadlineSeconds: deadlineSeconds,
        ttlSecondsAfterFinished: plan.alone ? KEPT_ALONE_SECONDS : KEPT_SECONDS,
        template: { metadata: { labels: labelsOf(name) }, spec: podSpec(plan) },
      },
    },
  }
}

/** Everything besides the Job; `owner` is the Job, once it is there. */
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

/** The account of the agent; undefined without one, which is that of a pod that names none. */
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

/** Passes the restricted Pod Security standard. */
function podSpec(plan: AgentPlan): object {
  const { name, image, imagePullSecrets, node, generators } = plan
  const account = accountOf(plan)
  return {
    restartPolicy: 'Never',
    // Past the scheduler, and so past taints with NoSchedule (Kubernetes docs, "Assigning Pods to Nodes").
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
        // No limit of the CPU: a throttled generator measures itself.
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

/** Two generators on one node may stall together. A cluster with fewer nodes is no reason not to run. */
function spreadOf(name: string): object {
  return {
    maxSkew: 1,
    topologyKey: 'kubernetes.io/hostname',
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: { [RUN_LABEL]: name } },
  }
}

/** Unpacks the agent and runs it: a ConfigMap is limited to 1 MiB, so that the file is compressed. */
const bootstrap = [
  "const { readFileSync, writeFileSync } = process.getBuiltinModule('fs')",
  "const { gunzipSync } = process.getBuiltinModule('zlib')",
  "const file = '/tmp/agent.mjs'",
  `writeFileSync(file, gunzipSync(readFileSync('${FOLDER}/${BUNDLE_FILE}')))`,
  'const { main } = await import(file)',
  `await main('${FOLDER}/${JOB_FILE}')`,
].join('\n')
