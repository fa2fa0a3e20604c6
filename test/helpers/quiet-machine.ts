import assert from 'node:assert/strict'

/** What a stalled or overtaxed machine makes a run say about itself. */
const ofTheMachine =
  /^the load generator (?:\d+ of \d+ )?stalled for|planned (?:requests|jobs) were never sent|; the load generator did not keep up with/

/**
 * Nothing stands against a run: exit code 0. Where the machine of the test stalled, the run has to say so and
 * to end with 3; everything else is a fault of the program.
 */
export function assertNothingAgainst(
  code: number,
  { outcome, reasons }: { readonly outcome: string; readonly reasons: readonly string[] },
): void {
  assert.deepEqual(
    reasons.filter((reason) => !ofTheMachine.test(reason)),
    [],
  )
  assert.deepEqual([code, outcome], reasons.length === 0 ? [0, 'pass'] : [3, 'inconclusive'])
}
