import assert from 'node:assert/strict'
import { test } from 'node:test'
import { permissionsFor } from '../../src/rollout/drivers/kubernetes/permissions.ts'
import { toText } from '../../src/rollout/drivers/kubernetes/policy-rules.ts'
import type { SeenRequest } from '../helpers/fake-api-server.ts'
import { begin, startCluster } from '../helpers/rollout-command.ts'

/**
 * What RBAC asks of a request: verb, resource, subresource and name, also one that a field selector asks for.
 */
function neededFor({ method, path, query }: SeenRequest): string | undefined {
  const [, group = '', resource = '', name, subresource] =
    /^\/(?:api|apis\/([^/]+))\/v\d\/(?:namespaces\/[^/]+\/)?([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(
      path,
    ) ?? []
  if (resource === '') return undefined
  const selected = query.get('fieldSelector')?.replace(/^metadata\.name=/, '')
  const verbs: Record<string, string> = {
    POST: 'create',
    PATCH: 'patch',
    DELETE: 'delete',
    GET: name === undefined ? 'list' : 'get',
  }
  const verb = query.get('watch') === '1' ? 'watch' : verbs[method]
  const part = subresource === undefined ? '' : `/${subresource}`
  return `${verb} ${resource}${group === '' ? '' : `.${group}`}${part} ${name ?? selected ?? ''}`
}

/**
 * Everybody may ask for their own rights. What may not be read is taken for gone, and what surrounds the
 * workload is looked at only where that is allowed.
 */
const optional = [
  /^create selfsubjectaccessreviews/,
  /^get (?:jobs\.batch|configmaps|serviceaccounts|roles|rolebindings)/,
  /^list (?:poddisruptionbudgets|horizontalpodautoscalers)/,
]

for (const [trigger, ...flags] of [
  ['restart'],
  ['restart', '--observe-from', 'here'],
  ['scale-down'],
  ['delete-pod'],
  ['evict'],
  ['drain-node'],
  ['image', '--to-image', 'shop:2'],
] as const) {
  test(`a rollout with ${['--trigger', trigger, ...flags].join(' ')} asks for nothing that its permissions do not grant`, async (t) => {
    const cluster = await startCluster(t)
    const { io, code } = begin(t, cluster, '--trigger', trigger, ...flags, '-o', 'json')
    const exitCode = await code
    assert.ok([0, 3].includes(exitCode), `${exitCode}: ${io.err()}`)
    const shop = { resource: 'deployments', name: 'shop' } as const
    const observeFrom = flags[1] === 'here' ? 'here' : 'cluster'
    const granted = permissionsFor(shop, { observeFrom, serviceAccount: undefined, trigger })
    const isGranted = (needed: string): boolean =>
      granted.some(({ name, ...rest }) => {
        const text = toText(rest)
        return needed.startsWith(`${text} `) && (name === undefined || needed === `${text} ${name}`)
      })
    const needed = new Set(cluster.server.requests.map(neededFor).filter((one) => one !== undefined))
    assert.ok(needed.size > 10, [...needed].join(', '))
    assert.deepEqual(
      [...needed].filter((one) => !isGranted(one) && !optional.some((words) => words.test(one))),
      [],
    )
  })
}
