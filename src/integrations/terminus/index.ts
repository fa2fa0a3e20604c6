/**
 * A drop-in for @godaddy/terminus, and options for terminus itself.
 * @module lastcall/terminus
 */
export { createTerminus } from './create-terminus.ts'
export { HealthCheckError } from './health-check-error.ts'
export { terminusOptions, type PeerOptions, type PeerOverrides } from './terminus-options.ts'
export type { HealthCheck, HealthCheckMap, Terminus, TerminusOptions, TerminusState } from './types.ts'
