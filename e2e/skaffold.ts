import { join } from 'node:path'
import type { Cluster } from './cluster.ts'

/** skaffold's own Job does not pass the Pod Security standard of the other namespace. */
const target = ['--namespace', 'default']
/** Exit code of `skaffold verify` when the rollout that it runs has not passed. */
const NOT_PASSED = 1

/**
 * Does what a reader of skaffold.yaml does: `skaffold run`, `verify`, `delete`, each at the first try.
 * Resolves to what went wrong. A run that is inconclusive has worked: how quiet this machine is decides about
 * that.
 */
export async function playSkaffold(cluster: Cluster, folder: string): Promise<readonly string[]> {
  const env = { SKAFFOLD_UPDATE_CHECK: 'false', SKAFFOLD_INTERACTIVE: 'false' }
  const build = join(folder, 'build.json')
  await cluster.run('skaffold', ['run', ...target], { env })
  try {
    await cluster.run('skaffold', ['build', '--file-output', build], { env })
    const verify = ['verify', '--build-artifacts', build, ...target]
    const said = await cluster.run('skaffold', verify, { env, accepted: [0, NOT_PASSED] })
    const judged = /^\[rollout\] (?:PASS|INCONCLUSIVE) {2}0 failed of .*$/m.exec(said)
    console.log(judged?.[0] ?? said)
    return judged ? [] : ['skaffold verify did not end with a rollout that lost nothing']
  } finally {
    await cluster.run('skaffold', ['delete', ...target], { env })
  }
}
