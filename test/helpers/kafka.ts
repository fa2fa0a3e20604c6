import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { WAIT_MS } from './eventually.ts'
import { kafkaClasses } from './fetched-programs.ts'
import { takePort } from './ports.ts'
import { asUser, makeFolder, serve, type Service } from './services.ts'

/** Any will do: it is the only cluster of its folder. */
const CLUSTER_ID = 'bGFzdGNhbGwtdGVzdC0wMQ'

/** Starts an Apache Kafka broker that is its own controller. The URL is its address. */
export async function startKafka(t: TestContext): Promise<Service> {
  const port = await takePort()
  const [broker, controller] = [`127.0.0.1:${port}`, `127.0.0.1:${await takePort()}`]
  const folder = makeFolder('kafka')
  const settings = [
    'process.roles=broker,controller',
    'node.id=1',
    `controller.quorum.voters=1@${controller}`,
    `listeners=PLAINTEXT://${broker},CONTROLLER://${controller}`,
    'controller.listener.names=CONTROLLER',
    'listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    'log.dirs=data',
    'offsets.topic.replication.factor=1',
    'offsets.topic.num.partitions=1',
    'group.initial.rebalance.delay.ms=0',
  ]
  writeFileSync(join(folder, 'broker.properties'), settings.join('\n'))
  // It starts in half the time without the optimizing compiler, and it does not run for long.
  const java = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', kafkaClasses]
  const format = ['kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', 'broker.properties']
  execFileSync('java', [...java, ...format], { cwd: folder, stdio: 'pipe', ...asUser })
  return serve(t, {
    words: ['java', ...java, 'kafka.Kafka', 'broker.properties'],
    folder,
    ready: () => t.waitFor(() => connectTo(port), { interval: 50, timeout: WAIT_MS }),
    url: broker,
  })
}

/** Rejects when nobody listens there yet. */
async function connectTo(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.destroy()
}
