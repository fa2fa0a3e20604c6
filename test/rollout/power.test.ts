import assert from 'node:assert/strict'
import { test } from 'node:test'
import { smallestOutageMs, wantedRate } from '../../src/rollout/power.ts'

/** Seeded (mulberry32), so that every run of the test plays the same games. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

interface Game {
  readonly rate: number
  readonly endpoints: number
  readonly outageMs: number
  /** Milliseconds to the next connection. */
  readonly pause: (random: () => number) => number
}

const ROUNDS = 40_000

/** How often at least one connection meets an outage of one endpoint that begins at a random time. */
function shareDetected({ rate, endpoints, outageMs, pause }: Game): number {
  const random = createRandom(rate * endpoints)
  let detected = 0
  for (let round = 0; round < ROUNDS; round++) {
    const beginMs = random() * (1_000 / rate)
    let atMs = pause(random)
    // Before the outage connections are made as well; only those in it can meet it.
    while (atMs < beginMs) atMs += pause(random)
    let met = false
    while (!met && atMs < beginMs + outageMs) {
      met = Math.floor(random() * endpoints) === 0
      atMs += pause(random)
    }
    if (met) detected++
  }
  return detected / ROUNDS
}

const cases = [
  { rate: 210, endpoints: 4 },
  { rate: 150, endpoints: 2 },
  { rate: 400, endpoints: 6 },
]

for (const { rate, endpoints } of cases) {
  const outageMs = smallestOutageMs(rate, endpoints)
  const poisson = (random: () => number): number => (-Math.log(1 - random()) * 1_000) / rate
  const grid = (): number => 1_000 / rate

  test(`smallestOutageMs is met by 99 % of random arrivals (${rate} a second, ${endpoints} endpoints)`, () => {
    const share = shareDetected({ rate, endpoints, outageMs, pause: poisson })
    // Three standard errors of a share of 0.99 in 40,000 rounds are 0.0015.
    assert.ok(Math.abs(share - 0.99) < 0.002, `${share}`)
  })

  test(`smallestOutageMs is met at least as often by arrivals on a grid (${rate}, ${endpoints})`, () => {
    const share = shareDetected({ rate, endpoints, outageMs, pause: grid })
    assert.ok(share > 0.988, `${share}`)
  })

  test(`an outage of half of smallestOutageMs is missed far more often (${rate}, ${endpoints})`, () => {
    const share = shareDetected({ rate, endpoints, outageMs: outageMs / 2, pause: poisson })
    assert.ok(Math.abs(share - 0.9) < 0.01, `${share}`)
  })
}

test('smallestOutageMs never claims less than 50 ms, and is infinite without connections', () => {
  assert.equal(smallestOutageMs(5_000, 2), 50)
  assert.equal(smallestOutageMs(0, 2), Infinity)
})

test('wantedRate is the rate at which that outage is 100 ms', () => {
  assert.equal(Math.round(smallestOutageMs(wantedRate(4), 4)), 100)
})
