import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

import { chartPath, chartSuite, ofKind, renderChart, renderDeployment, test } from './helm.ts'
import { type Container, containerOf, type Deployment, podOf, type PodSpec } from './manifest.ts'

const restrictedVolumes = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
]

interface Capabilities {
  readonly drop?: readonly string[]
  readonly add?: readonly string[]
}

function keepsCapabilities({ drop = [], add = [] }: Capabilities): boolean {
  return !drop.includes('ALL') || add.some((name) => name !== 'NET_BIND_SERVICE')
}

/** What the restricted Pod Security Standard has against a pod (kubernetes.io, pod-security-standards). */
function restrictedProblems(pod: PodSpec): readonly string[] {
  const containers = [...(pod.initContainers ?? []), ...pod.containers]
  return [...new Set(containers.flatMap((container) => problemsOf(pod, container)))]
}

function problemsOf(pod: PodSpec, container: Container): readonly string[] {
  const own = container.securityContext ?? {}
  const effective = { ...pod.securityContext, ...own }
  const seccomp = (effective['seccompProfile'] as { readonly type?: string } | undefined)?.type ?? ''
  const wrong: Readonly<Record<string, boolean>> = {
    hostNamespaces: ['hostNetwork', 'hostPID', 'hostIPC'].some((field) => pod[field] === true),
    privileged: own['privileged'] === true,
    allowPrivilegeEscalation: own['allowPrivilegeEscalation'] !== false,
    capabilities: keepsCapabilities((own['capabilities'] ?? {}) as Capabilities),
    runAsNonRoot: effective['runAsNonRoot'] !== true,
    runAsUser: effective['runAsUser'] === 0,
    seccompProfile: !['RuntimeDefault', 'Localhost'].includes(seccomp),
    volumes: (pod.volumes ?? []).some((volume) =>
      Object.keys(volume).some((key) => key !== 'name' && !restrictedVolumes.includes(key)),
    ),
  }
  return Object.keys(wrong).filter((name) => wrong[name])
}

chartSuite('chart security', () => {
  test('the pods pass the restricted Pod Security Standard', async () => {
    assert.deepEqual(restrictedProblems(podOf(await renderDeployment())), [])
  })

  test('so do those of every value set, with sidecars and init containers, and that of helm test', async () => {
    const folder = join(chartPath, 'ci')
    for (const name of readdirSync(folder)) {
      for (const { kind, spec } of await renderChart({}, { file: join(folder, name) })) {
        const template = (spec as Deployment['spec'] | undefined)?.template as Deployment['spec']['template']
        if (template?.spec !== undefined) assert.deepEqual(restrictedProblems(template.spec), [], name)
        if (kind === 'Pod') assert.deepEqual(restrictedProblems(spec as unknown as PodSpec), [], name)
      }
    }
  })

  test('the check above sees what is wrong', async () => {
    const deployment = await renderDeployment({
      podSecurityContext: { runAsNonRoot: false, runAsUser: 0, seccompProfile: { type: 'Unconfined' } },
      containerSecurityContext: {
        allowPrivilegeEscalation: true,
        privileged: true,
        capabilities: { drop: [], add: ['SYS_ADMIN'] },
      },
      extraVolumes: [{ name: 'host', hostPath: { path: '/' } }],
    })
    assert.deepEqual(restrictedProblems(podOf(deployment)), [
      'privileged',
      'allowPrivilegeEscalation',
      'capabilities',
      'runAsNonRoot',
      'runAsUser',
      'seccompProfile',
      'volumes',
    ])
  })

  test('the process is an ordinary user and writes to /tmp only', async () => {
    const deployment = await renderDeployment()
    assert.equal(podOf(deployment).securityContext?.['runAsUser'], 1000)
    assert.equal(podOf(deployment).securityContext?.['runAsGroup'], 1000)
    assert.equal(containerOf(deployment).securityContext?.['readOnlyRootFilesystem'], true)
    assert.deepEqual(containerOf(deployment)['volumeMounts'], [{ name: 'tmp', mountPath: '/tmp' }])
    assert.deepEqual(podOf(deployment).volumes, [{ name: 'tmp', emptyDir: {} }])
  })

  test('/tmp can have a limit, and can be left out', async () => {
    const limited = podOf(await renderDeployment({ tmp: { sizeLimit: '64Mi' } }))
    assert.deepEqual(limited.volumes, [{ name: 'tmp', emptyDir: { sizeLimit: '64Mi' } }])
    const without = await renderDeployment({ tmp: { enabled: false } })
    assert.equal('volumes' in podOf(without), false)
    assert.equal('volumeMounts' in containerOf(without), false)
  })

  test('no token of the API is mounted, by the pod and by the service account', async () => {
    const manifests = await renderChart()
    assert.equal(podOf(ofKind<Deployment>(manifests, 'Deployment'))['automountServiceAccountToken'], false)
    const account = ofKind(manifests, 'ServiceAccount')
    assert.equal((account as unknown as Record<string, unknown>)['automountServiceAccountToken'], false)
  })

  test('a server that talks to the API can have a token', async () => {
    const manifests = await renderChart({ serviceAccount: { automountToken: true } })
    assert.equal(podOf(ofKind<Deployment>(manifests, 'Deployment'))['automountServiceAccountToken'], true)
    const account = ofKind(manifests, 'ServiceAccount')
    assert.equal((account as unknown as Record<string, unknown>)['automountServiceAccountToken'], true)
  })

  test('the service account is the own one, a named one or the default one', async () => {
    const own = podOf(await renderDeployment())
    assert.equal(own['serviceAccountName'], 'shop')
    const named = await renderChart({ serviceAccount: { name: 'runner', annotations: { role: 'shop' } } })
    assert.equal(podOf(ofKind<Deployment>(named, 'Deployment'))['serviceAccountName'], 'runner')
    assert.equal(ofKind(named, 'ServiceAccount').metadata.name, 'runner')
    assert.deepEqual(ofKind(named, 'ServiceAccount').metadata.annotations, { role: 'shop' })
    const none = await renderChart({ serviceAccount: { create: false } })
    assert.equal(podOf(ofKind<Deployment>(none, 'Deployment'))['serviceAccountName'], 'default')
    assert.equal(
      none.some(({ kind }) => kind === 'ServiceAccount'),
      false,
    )
  })
})
