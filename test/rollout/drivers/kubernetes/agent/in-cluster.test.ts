import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { inClusterAccess } from '../../../../../src/rollout/drivers/kubernetes/agent/in-cluster.ts'

suite('inClusterAccess()', () => {
  test('reads nothing before the first request: an agent without an account sends none', async () => {
    const access = inClusterAccess({}, '/no-such-folder')
    assert.equal(access.server, 'https://kubernetes.default.svc:443')
    await assert.rejects(access.authorize(), { code: 'ENOENT' })
  })

  test('reads the token for each request, because the kubelet replaces it', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'lastcall-test-'))
    t.after(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, 'ca.crt'), 'authority')
    writeFileSync(join(folder, 'token'), 'first\n')
    const access = inClusterAccess(
      { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' },
      folder,
    )
    const { ca, headers } = await access.authorize()
    assert.deepEqual(
      [access.server, String(ca), headers?.['authorization']],
      ['https://10.96.0.1:443', 'authority', 'Bearer first'],
    )
    writeFileSync(join(folder, 'token'), 'second')
    assert.equal((await access.authorize()).headers?.['authorization'], 'Bearer second')
    const six = inClusterAccess(
      { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' },
      folder,
    )
    assert.equal(six.server, 'https://[fd00::1]:6443')
  })
})
