/**
 * Imported before examples/fastify: its pool then takes {@link CLOSE_MS} to close, as one that has a queue to
 * write does. Between the end of the drain and the exit there is a scrape then, which alone can show what was
 * force-closed.
 */
import { Pool, pause } from '../../examples/fastify/pool.ts'

const CLOSE_MS = 2_000

// The prototype's own method, called with the pool it belongs to.
const close = Reflect.get(Pool.prototype, 'close') as (this: Pool) => Promise<void>

Pool.prototype.close = async function (): Promise<void> {
  await pause(CLOSE_MS)
  await close.call(this)
}
