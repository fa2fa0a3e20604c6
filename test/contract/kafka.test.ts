import assert from 'node:assert/strict'
import { suite, type TestContext } from 'node:test'
import { Admin, Producer, stringSerializers } from '@platformatic/kafka'
import { startKafka } from '../helpers/kafka.ts'
import { testWith } from '../helpers/needs.ts'
import { endsCleanlyAsShown, type ProgramDeclaration, startProgram } from './program.ts'

const worker: ProgramDeclaration = { name: 'kafka', guide: 'docs/guides/kafka.md', program: 'worker.ts' }

interface Ground {
  readonly env: Readonly<Record<string, string>>
  readonly send: (...messages: readonly string[]) => Promise<unknown>
}

async function prepare(t: TestContext): Promise<Ground> {
  const { url, onEnd } = await startKafka(t)
  const client = { clientId: 'test', bootstrapBrokers: [url] }
  const admin = new Admin(client)
  const producer = new Producer({ ...client, serializers: stringSerializers })
  onEnd(() => Promise.all([admin.close(), producer.close()]))
  await admin.createTopics({ topics: ['emails'], partitions: 1, replicas: 1 })
  return {
    env: { KAFKA_BROKER: url },
    send: (...messages) => producer.send({ messages: messages.map((value) => ({ topic: 'emails', value })) }),
  }
}

suite('the worker of the Kafka guide', () => {
  const testQueue = testWith('kafka')

  testQueue(
    'finishes the message in hand, leaves the next one to another consumer, and gives back what it cannot finish',
    async (t) => {
      const { env, send } = await prepare(t)
      await send('first', 'second')
      const pod = await startProgram(t, worker, { env })
      await pod.at('first')
      pod.signal()
      await pod.reached('draining')
      pod.open('first')
      assert.deepEqual(await pod.exit(), { code: 0, signal: null })
      assert.doesNotMatch(pod.child.stdout, /at second/)

      const slow = await startProgram(t, worker, { env: { ...env, LASTCALL_DRAIN_TIMEOUT: '4s' } })
      await slow.at('second')
      assert.doesNotMatch(slow.child.stdout, /at first/)
      slow.signal()
      assert.deepEqual(await slow.exit(), { code: 0, signal: null })

      const last = await startProgram(t, worker, { env })
      await last.at('second')
      last.open('second')
      last.signal()
      assert.deepEqual(await last.exit(), { code: 0, signal: null })

      await endsCleanlyAsShown(t, worker, env)
    },
  )
})
