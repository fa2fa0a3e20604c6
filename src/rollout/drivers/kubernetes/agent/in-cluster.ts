import { readFileSync } from 'node:fs'
import type { ApiAccess } from '../api/access.ts'

/** The kubelet mounts the account's files here. */
const ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount'

/**
 * Access to the API server from a pod. It reads the token for each request, because the kubelet replaces it
 * before it expires. The client library does the same, but would make the agent's bundle large.
 */
export function inClusterAccess(
  env: Readonly<Record<string, string | undefined>>,
  folder: string = ACCOUNT_FOLDER,
): ApiAccess {
  const host = env['KUBERNETES_SERVICE_HOST'] ?? 'kubernetes.default.svc'
  const port = env['KUBERNETES_SERVICE_PORT'] ?? '443'
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    async authorize() {
      // Read at the first request: an agent without an account has no such file and sends no request.
      const ca = readFileSync(`${folder}/ca.crt`)
      const token = readFileSync(`${folder}/token`, 'utf8').trim()
      return { ca, headers: { authorization: `Bearer ${token}` } }
    },
  }
}
