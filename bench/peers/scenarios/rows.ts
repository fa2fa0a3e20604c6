import { endless } from './endless.ts'
import { inFlight, overtime } from './in-flight.ts'
import { beforeListening, processScenarios } from './process.ts'
import type { Scenario } from './scenario.ts'
import { waiting } from './waiting.ts'

const order = 'A A-header A-idle B C C-goaway D E SSE F G G-timer queue H L M M2 N P'.split(' ')
const known = [...inFlight, ...endless, ...waiting, beforeListening]

/** Rows of the tables of connections. */
export const connectionRows: readonly Scenario[] = known.toSorted(
  (one, other) => order.indexOf(one.id) - order.indexOf(other.id),
)

/** Rows of the table of processes. */
export const processRows: readonly Scenario[] = processScenarios

/** Rows that only a table of servers with a delay has. */
export const overtimeRows: readonly Scenario[] = overtime

/** Every row there is. */
export const allRows: readonly Scenario[] = [...connectionRows, ...overtimeRows, ...processRows]
