import { blockUntilOpen, database, passGate } from '#parts'
import { buildSchema } from 'graphql'
import { setTimeout } from 'node:timers/promises'

export const schema = buildSchema(`
  type Query { say(message: String!): String! }
  type Subscription { count: Int! }
`)

export { database }

export const roots = {
  query: { say },
  subscription: { count },
}

async function say({ message }: { message: string }): Promise<string> {
  const [what, gate = ''] = message.split(' ')
  if (what === 'slow') await passGate(gate)
  if (what === 'block') blockUntilOpen(gate)
  await database.query()
  return message
}

async function* count(): AsyncGenerator<{ readonly count: number }> {
  for (let n = 1; ; n++) {
    yield { count: n }
    await setTimeout(20)
  }
}
