import { inFlightKinds } from '../../core/in-flight.ts'
import type { GenerationFacts, NewsMessage } from '../../core/supervision.ts'

/** A lifecycle as its supervisor sees it. */
export interface Member {
  /** The longest time that its shutdown takes. Milliseconds. */
  readonly shutdownMs: number
  /** Shuts down, with at least this shutdown delay; then the process exits. */
  drain(reason: string, delayMs: number): void
  /** Never rejects. */
  facts(): Promise<GenerationFacts>
  /** Runs the hooks of a signal. Never rejects. */
  runHooks(signal: string, when: 'before' | 'after'): Promise<void>
}

interface Membership {
  readonly member: Member
  /** Why it is not ready; null when it is, undefined when it has not said yet. */
  problem: string | null | undefined
  /** Why it shuts itself down; null when it does not. */
  leaving: string | null
}

/** The lifecycles of a generation that have started. Usually there is one. */
export class Members {
  readonly #send: (news: NewsMessage) => void
  /** By lifecycle. */
  readonly #members = new Map<object, Membership>()
  #isReady = false
  #isLeaving = false

  constructor(send: (news: NewsMessage) => void) {
    this.#send = send
  }

  get isEmpty(): boolean {
    return this.#members.size === 0
  }

  join(lifecycle: object, member: Member): void {
    this.#members.set(lifecycle, { member, problem: undefined, leaving: null })
    const shutdownMs = this.#all.reduce((longest, { member: { shutdownMs: ms } }) => Math.max(longest, ms), 0)
    this.#send({ lastcall: 'hello', shutdownMs })
  }

  leave(lifecycle: object): void {
    if (this.#members.delete(lifecycle)) this.#tell()
  }

  /** @param problem why the lifecycle is not ready; null when it is */
  note(lifecycle: object, problem: string | null): void {
    const membership = this.#members.get(lifecycle)
    if (!membership) return
    membership.problem = problem
    this.#tell()
  }

  /** A lifecycle shuts itself down. The generation does so when no other one goes on. */
  noteShutdown(lifecycle: object, reason: string): void {
    const membership = this.#members.get(lifecycle)
    if (membership) membership.leaving = reason
    this.note(lifecycle, `it shuts down: ${reason}`)
  }

  drain(reason: string, delayMs: number): void {
    for (const { member } of this.#all) member.drain(reason, delayMs)
  }

  /** The facts of all; null without any lifecycle. */
  async facts(): Promise<GenerationFacts | null> {
    const [first, ...others] = await Promise.all(this.#all.map(({ member }) => member.facts()))
    return first ? others.reduce(sumOf, first) : null
  }

  async runHooks(signal: string, when: 'before' | 'after'): Promise<void> {
    for (const { member } of this.#all) await member.runHooks(signal, when)
  }

  get #all(): readonly Membership[] {
    return [...this.#members.values()]
  }

  /** Tells only changes. A lifecycle that has just started does not make the others unready. */
  #tell(): void {
    const problems = this.#all.map(({ problem }) => problem)
    const reason = problems.find((problem) => typeof problem === 'string')
    if (typeof reason === 'string') {
      if (this.#isReady) this.#send({ lastcall: 'unready', reason })
      this.#isReady = false
    } else if (!this.#isReady && problems.length > 0 && !problems.includes(undefined)) {
      this.#isReady = true
      this.#send({ lastcall: 'ready' })
    }
    const leaving = [...this.#members.values()].map((membership) => membership.leaving)
    if (this.#isLeaving || typeof leaving[0] !== 'string' || leaving.includes(null)) return
    this.#isLeaving = true
    this.#send({ lastcall: 'leaving', reason: leaving[0] })
  }
}

function sumOf(one: GenerationFacts, other: GenerationFacts): GenerationFacts {
  const inFlight = { ...one.inFlight }
  for (const kind of inFlightKinds) inFlight[kind] += other.inFlight[kind]
  return {
    state: one.state,
    inFlight,
    connections: one.connections + other.connections,
    metrics: one.metrics ?? other.metrics,
  }
}
