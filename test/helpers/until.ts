import assert from 'node:assert/strict'

/** Resolves when the condition holds; fails after more turns of the event loop than it can take. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 10_000 && !holds(); turn++) await new Promise((resolve) => setImmediate(resolve))
  assert.ok(holds(), what)
}
