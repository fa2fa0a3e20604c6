import { blockUntilOpen, database, passGate } from '#parts'
import { setTimeout } from 'node:timers/promises'
import { initTRPC } from '@trpc/server'

export { database }

const t = initTRPC.create()
const asText = (value: unknown): string => String(value)

export const router = t.router({
  say: t.procedure.input(asText).query(async ({ input }) => {
    const [what, gate = ''] = input.split(' ')
    if (what === 'slow') await passGate(gate)
    if (what === 'block') blockUntilOpen(gate)
    await database.query()
    return input
  }),
  count: t.procedure.subscription(async function* ({ signal }) {
    for (let n = 1; !signal?.aborted; n++) {
      yield n
      await setTimeout(20)
    }
  }),
})
