import { readFileSync } from 'node:fs'
import type { ApiAccess } from '../api/access.ts'

/** Where the kubelet puts the account's files. */
const ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount'

/**
 * The API server as a pod reaches it. The token is read for each request: the kubelet replaces it before it
 * expires. (The bundle of the agent stays small without the client library, which does the same.)
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
      // Not before the first request: an agent without an account has no such files, and sends none.
      const ca = readFileSync(`${folder}/ca.crt`)
      const token = readFileSync(`${folder}/token`, 'utf8').trim()
      return { ca, headers: { authorization: `Bearer ${token}` } }
    },
  }
}
