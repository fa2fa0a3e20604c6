import type { PodRecord } from '../../pod-record.ts'

type Times = Pick<PodRecord, 'startedAt' | 'readyAt' | 'deletedAt' | 'signalledAt' | 'exitedAt'>

/** When a pod did what, so far; the driver adds to it. */
export type PodTimes = { -readonly [Name in keyof Times]: Times[Name] }
