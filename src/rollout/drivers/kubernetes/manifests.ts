import type { OwnerReference } from './api/objects.ts'
import type { Workload } from './workload.ts'

/** What the agent's objects are made from. */
export interface AgentPlan {
  /** Name of every object: `lastcall-` and something that no other run has. */
  readonly name: string
  readonly workload: Pick<Workload, 'namespace' | 'kind' | 'name' | 'resource'>
  readonly image: string
  /** Secrets to pull it with, where it is the workload's. */
  readonly imagePullSecrets: readonly { readonly name: string }[]
  /** The agent, one file, gzip. */
  readonly bundle: Uint8Array
  /** What it is to do, as JSON. */
  readonly job: object
  /** The cluster ends the agent after this time, whatever became of the one who started it. Seconds. */
  readonly deadlineSeconds: number
  /** A service account of the user's; undefined: one is created, with a role. */
  readonly serviceAccount: string | undefined
  /** Node that it runs on, whatever its taints; undefined: the scheduler decides. */
  readonly node: string | undefined
  /** Whether the agent restarts the workload by itself, and is kept for an hour after its end. */
  readonly isAlone: boolean
}

/** An object to create, and where. */
export interface Manifest {
  /** Path of the list that it is created in. */
  readonly path: string
  readonly object: {
    readonly apiVersion: string
    readonly kind: string
    readonly metadata: {
      readonly name: string
      readonly namespace: string
      readonly labels: Readonly<Record<string, string>>
      readonly ownerReferences?: readonly OwnerReference[]
    }
  } & Readonly<Record<string, unknown>>
}

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
/** The agent stops sending, waits for what is outstanding and prints its sum. Seconds. */
const AGENT_GRACE_SECONDS = 60
/** How long it is kept after its end, for those who want to read its log. Seconds. */
const KEPT_SECONDS = 60
const KEPT_ALONE_SECONDS = 3_600

/** The Job alone: it owns everything else, so that its end is the end of all. */
export function jobManifest(plan: AgentPlan): Manifest {
  const { name, deadlineSeconds } = plan
  return {
    path: `/apis/batch/v1/namespaces/${plan.workload.namespace}/jobs`,
    object: {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: metadataOf(plan),
      spec: {
        // Without a pod until its account is there: the deadline runs, and no failed attempt is reported.
        parallelism: plan.isAlone ? 1 : 0,
        // A second agent would begin from nothing, in the middle of a run.
        backoffLimit: 0,
        activeDeadlineSeconds: deadlineSeconds,
        ttlSecondsAfterFinished: plan.isAlone ? KEPT_ALONE_SECONDS : KEPT_SECONDS,
        template: { metadata: { labels: labelsOf(name) }, spec: podSpec(plan) },
      },
    },
  }
}

/** Everything besides the Job; `owner` is the Job, once it is there. */
export function otherManifests(plan: AgentPlan, owner?: OwnerReference): readonly Manifest[] {
  const { name, workload, serviceAccount } = plan
  const { namespace } = workload
  const metadata = { ...metadataOf(plan), ...(owner && { ownerReferences: [owner] }) }
  const rbac = 'rbac.authorization.k8s.io'
  const account: readonly Manifest[] = [
    {
      path: `/api/v1/namespaces/${namespace}/serviceaccounts`,
      object: { apiVersion: 'v1', kind: 'ServiceAccount', metadata, automountServiceAccountToken: false },
    },
    {
      path: `/apis/${rbac}/v1/namespaces/${namespace}/roles`,
      object: { apiVersion: `${rbac}/v1`, kind: 'Role', metadata, rules: rulesOf(plan) },
    },
    {
      path: `/apis/${rbac}/v1/namespaces/${namespace}/rolebindings`,
      object: {
        apiVersion: `${rbac}/v1`,
        kind: 'RoleBinding',
        metadata,
        subjects: [{ kind: 'ServiceAccount', name, namespace }],
        roleRef: { apiGroup: rbac, kind: 'Role', name },
      },
    },
  ]
  return [
    ...(serviceAccount === undefined ? account : []),
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

function rulesOf({ name, workload, isAlone }: AgentPlan): readonly PolicyRule[] {
  const restart: PolicyRule = {
    apiGroups: ['apps'],
    resources: [workload.resource],
    resourceNames: [workload.name],
    verbs: ['get', 'list', 'watch', 'patch'],
  }
  return [...agentRules(name), ...(isAlone ? [restart] : [])]
}

/** One rule of a Role. */
export interface PolicyRule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly resourceNames?: readonly string[]
  readonly verbs: readonly string[]
}

/** What the agent may do: look, and read its own ConfigMap. The command line does the restart. */
export function agentRules(name: string): readonly PolicyRule[] {
  const verbs = ['get', 'list', 'watch']
  return [
    { apiGroups: [''], resources: ['pods', 'events'], verbs },
    { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs },
    { apiGroups: [''], resources: ['configmaps'], resourceNames: [name], verbs },
  ]
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
function podSpec({ name, image, imagePullSecrets, serviceAccount, node }: AgentPlan): object {
  return {
    restartPolicy: 'Never',
    // Past the scheduler, and so past taints with NoSchedule (Kubernetes docs, "Assigning Pods to Nodes").
    ...(node !== undefined && { nodeName: node }),
    serviceAccountName: serviceAccount ?? name,
    ...(imagePullSecrets.length > 0 && { imagePullSecrets }),
    automountServiceAccountToken: true,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: AGENT_GRACE_SECONDS,
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

/** Unpacks the agent and runs it: a ConfigMap is limited to 1 MiB, so that the file is compressed. */
const bootstrap = [
  "const { readFileSync, writeFileSync } = process.getBuiltinModule('fs')",
  "const { gunzipSync } = process.getBuiltinModule('zlib')",
  "const file = '/tmp/agent.mjs'",
  `writeFileSync(file, gunzipSync(readFileSync('${FOLDER}/${BUNDLE_FILE}')))`,
  'const { main } = await import(file)',
  `await main('${FOLDER}/${JOB_FILE}')`,
].join('\n')
