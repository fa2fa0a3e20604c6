import type { CheckedManifests } from './check-manifests.ts'

/** The JSON document of `lastcall kube check`. */
export interface KubeCheckDocument extends CheckedManifests {
  readonly schemaVersion: 2
  readonly kind: 'kube-check'
  /** 1 if a finding loses requests, else 0. */
  readonly exitCode: 0 | 1
}

/** Whether a workload has a finding that loses requests for certain. */
export const losesRequests = ({ findings }: CheckedManifests['workloads'][number]): boolean =>
  findings.some(({ certainty }) => certainty === 'loses')

/** Builds the document that `--json` writes. */
export function toKubeCheckDocument(checked: CheckedManifests): KubeCheckDocument {
  const exitCode = checked.workloads.some(losesRequests) ? 1 : 0
  return { schemaVersion: 2, kind: 'kube-check', exitCode, ...checked }
}
