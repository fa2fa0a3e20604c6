import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import { networkInterfaces } from 'node:os'
import { type TestContext, test } from 'node:test'
import { createLocalDriver } from '../../../../src/rollout/drivers/local/driver.ts'
import {
  createPodProbes,
  type PodPorts,
  type PodProbe,
} from '../../../../src/rollout/drivers/local/readiness.ts'
import { describeSilence } from '../../../../src/rollout/drivers/local/start-diagnosis.ts'
import { createTimeline } from '../../../../src/rollout/timeline.ts'
import { localOptions } from '../../../helpers/local-options.ts'
import { takePort } from '../../../helpers/ports.ts'

const takePorts = async (): Promise<PodPorts> => ({
  port: await takePort(),
  probePort: await takePort(),
  http2Port: await takePort(),
})

/** A server that answers everything with this status, until the test ends. */
async function serve(t: TestContext, port: number, status: () => number = () => 200): Promise<Server> {
  const server = createServer((_, response) => response.writeHead(status()).end())
  t.after(() => server.close())
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return server
}

/** Probes of one run, on a clock that the test moves. */
function openProbes(): { readonly probeFor: (ports: PodPorts) => PodProbe; tick(ms: number): void } {
  let nowMs = 0
  return { probeFor: createPodProbes({ kind: 'auto' }, () => nowMs), tick: (ms) => void (nowMs += ms) }
}

/** The probe of a pod of such a run. Nothing listens on its ports yet. */
async function openProbe() {
  const ports = await takePorts()
  const { probeFor, tick } = openProbes()
  return { ports, probe: probeFor(ports), tick }
}

const isReady = async (probe: PodProbe): Promise<boolean> => (await probe.ask()).ready

test('auto asks the probe server where one listens, whatever the port of the application does', async (t) => {
  const { ports, probe, tick } = await openProbe()
  let status = 503
  await serve(t, ports.port)
  await serve(t, ports.probePort, () => status)
  assert.equal(await isReady(probe), false)
  tick(60_000)
  assert.equal(await isReady(probe), false)
  status = 200
  assert.equal(await isReady(probe), true)
  assert.deepEqual(probe.asked(), { kind: 'probe-server' })
})

test('auto takes a port that accepts for ready when no probe server has opened within a second', async (t) => {
  const { ports, probe, tick } = await openProbe()
  assert.equal(await isReady(probe), false)
  tick(60_000)
  await serve(t, ports.port)
  assert.equal(await isReady(probe), false)
  tick(999)
  assert.equal(await isReady(probe), false)
  assert.equal(probe.asked(), undefined)
  tick(1)
  assert.equal(await isReady(probe), true)
  assert.deepEqual(probe.asked(), { kind: 'tcp' })
})

test('auto waits for a probe server that opens a moment after the port of the application', async (t) => {
  const { ports, probe, tick } = await openProbe()
  await serve(t, ports.port)
  assert.equal(await isReady(probe), false)
  tick(900)
  await serve(t, ports.probePort, () => 503)
  assert.equal(await isReady(probe), false)
  tick(60_000)
  assert.equal(await isReady(probe), false)
})

test('auto gives only the first pods that time: what they showed holds for the next ones', async (t) => {
  const [first, second] = [await takePorts(), await takePorts()]
  const { probeFor, tick } = openProbes()
  await serve(t, first.port)
  await serve(t, second.port)
  const probe = probeFor(first)
  await probe.ask()
  tick(1_000)
  assert.equal(await isReady(probe), true)
  assert.equal(await isReady(probeFor(second)), true)
})

test('auto asks the probe servers of all pods from the moment in which one pod has opened its own', async (t) => {
  const [first, second] = [await takePorts(), await takePorts()]
  const { probeFor, tick } = openProbes()
  const probes = [probeFor(first), probeFor(second)] as const
  await serve(t, first.port)
  await serve(t, second.port)
  for (const probe of probes) await probe.ask()
  tick(1_000)
  for (const probe of probes) assert.equal(await isReady(probe), true)
  await serve(t, first.probePort)
  assert.equal(await isReady(probes[0]), true)
  assert.equal(await isReady(probes[1]), false)
  await serve(t, second.probePort)
  assert.equal(await isReady(probes[1]), true)
})

test('of a worker auto asks the probe server as well, and without one whether it runs for three seconds', async (t) => {
  let nowMs = 0
  const probeFor = createPodProbes({ kind: 'worker' }, () => nowMs)
  const without = probeFor(await takePorts())
  assert.equal(await isReady(without), false)
  nowMs = 2_999
  assert.deepEqual([await isReady(without), without.asked()], [false, undefined])
  nowMs = 3_000
  assert.deepEqual([await isReady(without), without.asked()], [true, { kind: 'running' }])

  const ports = await takePorts()
  await serve(t, ports.probePort, () => 503)
  const other = probeFor(ports)
  assert.deepEqual([await isReady(other), other.asked()], [false, { kind: 'probe-server' }])
})

test('describeSilence says what the probe server of a worker answers, and that it may need more time', async (t) => {
  const ports = await takePorts()
  const options = { command: ['node'], readyTimeoutMs: 800, readiness: { kind: 'worker' } } as const
  const silence = (): Promise<string> =>
    describeSilence({ name: 'pod-1', ports, options, probe: createPodProbes(options.readiness)(ports) })
  assert.match(
    await silence(),
    /^pod-1 had no time to become ready within 800ms: .* more time with --ready-timeout$/,
  )
  await serve(t, ports.probePort, () => 503)
  const probe = createPodProbes(options.readiness)(ports)
  await probe.ask()
  const sentence = await describeSilence({ name: 'pod-1', ports, options, probe })
  assert.match(sentence, /^pod-1 did not become ready within 800ms: GET \/readyz on port \d+ answered 503/)
})

test('createLocalDriver finds pods without lastcall ready by their port, and says so of each', async (t) => {
  const options = { ...localOptions('careful-app'), readiness: { kind: 'auto' } as const }
  const driver = createLocalDriver(options, createTimeline())
  t.after(() => driver.stop())
  await driver.start()
  await driver.restart()
  await driver.oldPodsGone()
  assert.deepEqual(
    driver.pods().map(({ ending, local }) => [ending, local?.readiness]),
    [
      ['clean', { kind: 'tcp' }],
      ['running', { kind: 'tcp' }],
    ],
  )
})

test('createLocalDriver finds pods with lastcall ready by their probe server', async (t) => {
  const options = { ...localOptions('routeless/catch-all-app'), readiness: { kind: 'auto' } as const }
  const driver = createLocalDriver(options, createTimeline())
  t.after(() => driver.stop())
  await driver.start()
  assert.deepEqual(driver.pods()[0]?.local?.readiness, { kind: 'probe-server' })
})

test('createLocalDriver says what the probe server answered where readiness was found out', async (t) => {
  const options = {
    ...localOptions('unready-app'),
    readiness: { kind: 'auto' } as const,
    readyTimeoutMs: 2_000,
  }
  const driver = createLocalDriver(options, createTimeline())
  t.after(() => driver.stop())
  await assert.rejects(driver.start(), /GET \/readyz on port \d+ answered 503 \(database: down\)/)
})

const hasIpv6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === '::1'),
)
const onIpv6 = { skip: hasIpv6 ? false : 'IPv6 is missing here: give the loopback the address ::1' }

test('describeSilence names a server that listens on ::1 only', onIpv6, async (t) => {
  const ports = await takePorts()
  const server = createServer()
  t.after(() => server.close())
  await new Promise<void>((resolve) => server.listen(ports.port, '::1', resolve))
  const options = { command: ['node'], readyTimeoutMs: 800, readiness: { kind: 'auto' } } as const
  const sentence = await describeSilence({
    name: 'pod-1',
    ports,
    options,
    probe: openProbes().probeFor(ports),
  })
  assert.match(sentence, /^pod-1 listens on port \d+ of ::1 only; let it listen on all addresses/)
})

test('describeSilence says that a pod began to listen too late to be found ready', async (t) => {
  const ports = await takePorts()
  await serve(t, ports.port)
  const options = { command: ['node'], readyTimeoutMs: 800, readiness: { kind: 'auto' } } as const
  const sentence = await describeSilence({
    name: 'pod-1',
    ports,
    options,
    probe: openProbes().probeFor(ports),
  })
  assert.match(sentence, /^pod-1 began to listen on its port \d+ when 800ms were over.*--ready-timeout/)
})
