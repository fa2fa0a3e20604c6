import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Scope } from './fake-api-server.ts'

/**
 * Writes a kubeconfig for a server, whose only context is `fake` with the namespace `ns`; returns its path.
 */
export function writeKubeconfig(t: Scope, server: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'lastcall-test-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'kubeconfig')
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'fake',
    clusters: [{ name: 'fake', cluster: { server } }],
    users: [{ name: 'me', user: {} }],
    contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'me', namespace: 'ns' } }],
  }
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(config))
  return file
}
