// The JSON documents that lastcall writes. Their schemas and `lastcall/documents` are generated from these
// types.
export type { Report } from '../core/report.ts'
export type { SupervisorStatus } from '../core/supervisor-status.ts'
export type { KubeCheckDocument } from '../kube/check/document.ts'
export type { BeforeAfterDocument, RehearsalDocument, RolloutDocument } from '../rollout/run-document.ts'
export type { LoadDocument } from './load-command-document.ts'
