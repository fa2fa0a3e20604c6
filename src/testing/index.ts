/**
 * A lifecycle for your own tests.
 * @module lastcall/testing
 */
export type { Interception } from './interception.ts'
export { type EventRecording, recordEvents } from './record-events.ts'
export { createTestLifecycle, type LogLine, type ManualClock, type TestLifecycle } from './test-lifecycle.ts'
