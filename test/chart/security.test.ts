import assert from 'node:assert/strict'

import { chartSuite, ofKind, renderChart, renderDeployment, test } from './helm.ts'
import { containerOf, type Deployment, podOf } from './manifest.ts'

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
function restrictedProblems(deployment: Deployment): readonly string[] {
  const pod = podOf(deployment)
  const own = containerOf(deployment).securityContext ?? {}
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
    assert.deepEqual(restrictedProblems(await renderDeployment()), [])
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
    assert.deepEqual(restrictedProblems(deployment), [
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
