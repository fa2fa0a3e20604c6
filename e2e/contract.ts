import type { Cluster } from './cluster.ts'
import { install, uninstall } from './install.ts'
import { plainServer } from './plain-server.ts'
import { plain } from './scenarios.ts'

/** What `kubectl rollout restart` writes: empty in the pods of before. */
const restartedAt = "metadata.annotations['kubectl.kubernetes.io/restartedAt']"

const neverReadyAgain = `
  process.on('SIGTERM', () => process.exit())
  require('node:http').createServer((_, response) => {
    response.writeHead(process.env.RESTARTED ? 503 : 200).end()
  }).listen(8080)`

/** Ready until it is restarted, and never again. */
const stuck = plainServer({
  name: 'stuck',
  image: 'fastify',
  replicas: 1,
  command: ['node', '-e', neverReadyAgain],
  env: [{ name: 'RESTARTED', valueFrom: { fieldRef: { fieldPath: restartedAt } } }],
})
/** Far longer than any of the tests takes: each starts an agent, and some restart two pods. */
const TEST_LIMIT_MS = 180_000

const shop = { ...plain('contract', 'the contract of every driver'), replicas: 2 }

/** Runs the contract of the drivers in the cluster. Resolves to what went wrong. */
export async function playContract(cluster: Cluster): Promise<readonly string[]> {
  const manifests = JSON.stringify(stuck)
  try {
    await install(cluster, shop)
    await cluster.kubectl(['apply', '-f', '-'], manifests)
    await cluster.kubectl(['rollout', 'status', 'deployment/stuck', '--timeout=90s'])
    const limit = `--test-timeout=${TEST_LIMIT_MS}`
    const args = ['--test', limit, '--test-reporter=spec', 'e2e/driver-contract.ts']
    const said = await cluster.run(process.execPath, args, { accepted: [0, 1] })
    console.log(said)
    return /^ℹ fail 0$/m.test(said) ? [] : ['tests of the contract failed']
  } finally {
    await cluster.kubectl(['delete', '--ignore-not-found', '--timeout=90s', '-f', '-'], manifests)
    await uninstall(cluster, shop)
  }
}
