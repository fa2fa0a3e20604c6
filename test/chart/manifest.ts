/** As much of the Kubernetes objects' shape as the tests look at. */

/** Any object. */
export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: Metadata
  readonly spec: Readonly<Record<string, unknown>>
}

/** Name, labels and annotations. */
export interface Metadata {
  readonly name: string
  readonly namespace?: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

/** An entry of a container's environment. */
export interface EnvVar {
  readonly name: string
  readonly value?: string
  readonly valueFrom?: unknown
}

/** A container. */
export interface Container {
  readonly name: string
  readonly image: string
  readonly env: readonly EnvVar[]
  readonly lifecycle?: { readonly preStop: { readonly sleep: { readonly seconds: number } } }
  readonly securityContext?: Readonly<Record<string, unknown>>
  readonly [field: string]: unknown
}

/** A pod's specification. */
export interface PodSpec {
  readonly terminationGracePeriodSeconds: number
  readonly containers: readonly [Container]
  readonly initContainers?: readonly Container[]
  readonly securityContext?: Readonly<Record<string, unknown>>
  readonly volumes?: readonly Readonly<Record<string, unknown>>[]
  readonly [field: string]: unknown
}

/** A Deployment. */
export interface Deployment extends Manifest {
  readonly spec: {
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> }
    readonly template: { readonly metadata: Omit<Metadata, 'name'>; readonly spec: PodSpec }
    readonly [field: string]: unknown
  }
}

/** The pod specification inside a Deployment. */
export function podOf(deployment: Deployment): PodSpec {
  return deployment.spec.template.spec
}

/** The only container of a Deployment's pods. */
export function containerOf(deployment: Deployment): Container {
  return podOf(deployment).containers[0]
}

/** Plain environment variables of the container, by name. */
export function environmentOf(deployment: Deployment): Readonly<Record<string, string>> {
  const plain = containerOf(deployment).env.filter((entry) => entry.value !== undefined)
  return Object.fromEntries(plain.map((entry) => [entry.name, entry.value ?? '']))
}
