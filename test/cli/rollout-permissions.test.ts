import assert from 'node:assert/strict'
import { test } from 'node:test'
import { permissionsFor, toText } from '../../src/rollout/drivers/kubernetes/permissions.ts'
import type { SeenRequest } from '../helpers/fake-api-server.ts'
import { begin, startCluster } from '../helpers/rollout-command.ts'

/** What RBAC asks of a request: verb, resource, subresource, and the name that a field selector narrows it to. */
function neededFor({ method, path, query }: SeenRequest): string | undefined {
  const [, group = '', resource = '', name, subresource] =
    /^\/(?:api|apis\/([^/]+))\/v1\/namespaces\/[^/]+\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(path) ?? []
  if (resource === '') return undefined
  const selected = query.get('fieldSelector')?.replace(/^metadata\.name=/, '')
  const verbs: Record<string, string> = {
    POST: 'create',
    PATCH: 'patch',
    DELETE: 'delete',
    GET: name === undefined ? 'list' : 'get',
  }
  const verb = query.get('watch') === '1' ? 'watch' : verbs[method]
  const what = `${resource}${group === '' ? '' : `.${group}`}${subresource === undefined ? '' : `/${subresource}`}`
  return `${verb} ${what} ${name ?? selected ?? ''}`
}

test('a rollout asks for nothing that its permissions do not grant', async (t) => {
  const cluster = await startCluster(t)
  const { code } = begin(t, cluster, '-o', 'json')
  await code
  const granted = permissionsFor({ resource: 'deployments', name: 'shop' }, { serviceAccount: undefined })
  const isGranted = (needed: string): boolean =>
    granted.some((permission) => {
      const { name } = permission
      const text = toText({
        ...permission,
        ...(name !== undefined && { name: undefined }),
      } as typeof permission)
      return needed.startsWith(`${text} `) && (name === undefined || needed === `${text} ${name}`)
    })
  const needed = new Set(cluster.server.requests.map(neededFor).filter((one) => one !== undefined))
  assert.ok(needed.size > 10, [...needed].join(', '))
  // What may not be read is taken for gone: whether the agent's objects are there is asked without a right.
  const asksIfGone = /^get (?:jobs\.batch|serviceaccounts|roles|rolebindings)/
  assert.deepEqual(
    [...needed].filter((one) => !isGranted(one) && !asksIfGone.test(one)),
    [],
  )
})
