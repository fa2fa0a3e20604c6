import assert from 'node:assert/strict'
import { suite, test, type TestContext } from 'node:test'
import { type Client, createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { testWebSockets } from './behaviours/websocket.ts'
import { type Program, type ProgramDeclaration, startProgram } from './program.ts'

const server: ProgramDeclaration = {
  name: 'graphql-subscriptions',
  guide: 'docs/guides/graphql-subscriptions.md',
}
const query = 'query ($message: String!) { say(message: $message) }'

testWebSockets(server, {
  path: '/graphql',
  subprotocol: 'graphql-transport-ws',
  hello: JSON.stringify({ type: 'connection_init' }),
  ask: (id, message) =>
    JSON.stringify({ id: String(id), type: 'subscribe', payload: { query, variables: { message } } }),
  answered: (text) => {
    const { id, type } = JSON.parse(text) as { id: string; type: string }
    return type === 'next' ? Number(id) : null
  },
})

/** The client of graphql-ws, which connects to the pod that is there. */
class Subscriber {
  readonly client: Client
  readonly closes: number[] = []
  pod: Program

  constructor(t: TestContext, pod: Program) {
    this.pod = pod
    this.client = createClient({
      url: () => `ws://127.0.0.1:${this.pod.port}/graphql`,
      webSocketImpl: WebSocket,
      retryWait: async () => {},
      on: { closed: (event) => this.closes.push((event as { code: number }).code) },
    })
    t.after(() => this.client.dispose())
  }
}

/** A pod and the next one. */
const twoPods = async (t: TestContext): Promise<readonly [Program, Program]> => [
  await startProgram(t, server),
  await startProgram(t, server),
]

suite('graphql-subscriptions, with the client of graphql-ws', { concurrency: 2 }, () => {
  test('trap 23: a subscription goes on at the next pod', async (t) => {
    const [pod, next] = await twoPods(t)
    const subscriber = new Subscriber(t, pod)
    const counts = [0]
    const subscription = subscriber.client.iterate<{ count: number }>({ query: 'subscription { count }' })
    for await (const { data } of subscription) {
      counts.push(data!.count)
      if (data!.count <= counts.at(-2)!) break
      if (counts.length !== 2) continue
      subscriber.pod = next
      pod.signal()
    }
    assert.deepEqual(subscriber.closes, [1001])
    assert.deepEqual(await pod.exit(), { code: 0, signal: null })
  })

  test('trap 23: a query that is not answered before the close is asked once more at the next pod', async (t) => {
    const [pod, next] = await twoPods(t)
    const subscriber = new Subscriber(t, pod)
    const answers = subscriber.client.iterate({ query, variables: { message: 'slow gate' } })
    const answer = answers.next()
    await pod.at('gate')
    subscriber.pod = next
    pod.signal()
    await next.at('gate')
    assert.deepEqual(subscriber.closes, [1001])
    next.open('gate')
    assert.deepEqual((await answer).value, { data: { say: 'slow gate' } })
  })
})
