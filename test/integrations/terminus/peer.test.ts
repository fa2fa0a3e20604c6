import assert from 'node:assert/strict'
import { suite, test, type TestContext } from 'node:test'
import { type Child, startChild } from '../../helpers/child.ts'
import { httpGet } from '../../helpers/http-get.ts'

async function startPeer(t: TestContext, options: object): Promise<{ child: Child; port: number }> {
  const child = startChild(t, 'terminus/peer-app.ts', { args: [JSON.stringify(options)] })
  return { child, port: Number((await child.line(/^ready/)).split(' ')[1]) }
}

/** Status and body of each health route. */
async function health(port: number): Promise<Readonly<Record<string, readonly [number, unknown]>>> {
  const paths = ['liveness', 'readiness', 'startup', 'own']
  const answers = await Promise.all(paths.map((path) => httpGet(port, `/health/${path}`)))
  return Object.fromEntries(
    answers.map(({ status, body }, index) => [paths[index], [status, JSON.parse(body)] as const]),
  )
}

const ok = [200, { status: 'ok' }]
const own = (isShuttingDown: boolean) => [
  200,
  { status: 'ok', info: { isShuttingDown }, details: { isShuttingDown } },
]
const failed = (lifecycle: string) => [503, { status: 'error', error: { lifecycle }, details: { lifecycle } }]

suite('@godaddy/terminus itself with terminusOptions()', () => {
  test('health routes answer on the port of the application, from the state of the lifecycle', async (t) => {
    const { child, port } = await startPeer(t, { shutdownDelayMs: 60_000 })
    assert.deepEqual(await health(port), { liveness: ok, readiness: ok, startup: ok, own: own(false) })
    assert.equal((await httpGet(port, '/')).body, 'hello')
    child.kill('SIGTERM')
    await child.line(/^shutting down/)
    const after = { liveness: ok, readiness: failed('delaying'), startup: ok, own: own(true) }
    assert.deepEqual(await health(port), after)
    assert.equal((await httpGet(port, '/')).headers['connection'], 'close', 'everything else is served')
  })

  test('what is unready is so on this port, too', async (t) => {
    const { child, port } = await startPeer(t, {})
    child.kill('SIGUSR2')
    await child.line(/^unready/)
    assert.deepEqual((await health(port))['readiness'], failed('unready'))
  })

  test('readiness stays green for readinessFailDelayMs, and liveness fails where that is asked for', async (t) => {
    const options = { shutdownDelayMs: 60_000, readinessFailDelayMs: 50_000, livenessFailsOnShutdown: true }
    const { child, port } = await startPeer(t, options)
    assert.deepEqual((await health(port))['liveness'], ok)
    child.kill('SIGTERM')
    await child.line(/^shutting down/)
    const { liveness, readiness } = await health(port)
    assert.deepEqual({ liveness, readiness }, { liveness: failed('delaying'), readiness: ok })
  })

  test('a signal is one shutdown, of the lifecycle alone: the request is answered, the hook runs once, the exit is 0', async (t) => {
    const { child, port } = await startPeer(t, {})
    const slow = httpGet(port, '/slow')
    await child.line(/^request \/slow/)
    child.kill('SIGTERM')
    assert.equal((await slow).status, 200)
    assert.deepEqual(await child.exit(), { code: 0, signal: null })
    assert.match(child.stdout, /^listeners 1 1$/m, 'terminus listens for neither signal')
    assert.equal(child.stdout.match(/hook ran/g)?.length, 1)
    assert.equal(child.report().reason, 'SIGTERM')
  })
})
