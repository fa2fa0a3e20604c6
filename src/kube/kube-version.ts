/** A version of Kubernetes, as a chart or a cluster tells it. */
export interface KubeVersion {
  readonly major: number
  readonly minor: number
}

/** Reads `1.29`, `v1.29.3` or `1.29.3-gke.1`; undefined when it is none of them. */
export function parseKubeVersion(text: string): KubeVersion | undefined {
  const [, major, minor] = /^v?(\d+)\.(\d+)(?:\+|\.\d+(?:[+-][\w.+-]*)?)?$/.exec(text) ?? []
  return major === undefined ? undefined : { major: Number(major), minor: Number(minor) }
}

/**
 * Whether the API server keeps `sleep` as a preStop hook: on by default since 1.30 (KEP-3960), and dropped
 * without a word before. A version that is not known counts as a current one.
 */
export function hasSleepAction(version: KubeVersion | undefined): boolean {
  return version === undefined || version.major > 1 || version.minor >= 30
}

/** `Kubernetes 1.29`, for messages. */
export function describeVersion({ major, minor }: KubeVersion): string {
  return `Kubernetes ${major}.${minor}`
}
