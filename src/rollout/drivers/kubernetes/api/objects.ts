/** The fields of Kubernetes objects that lastcall reads. All other fields stay as they came. */

/** `metadata` of any object. */
export interface ObjectMeta {
  readonly name: string
  readonly namespace?: string
  readonly uid: string
  readonly resourceVersion?: string
  readonly generation?: number
  readonly creationTimestamp?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly deletionTimestamp?: string
  readonly deletionGracePeriodSeconds?: number
  readonly ownerReferences?: readonly OwnerReference[]
}

/** The owner of an object. */
export interface OwnerReference {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid: string
  readonly controller?: boolean
}

/** Any object. */
export interface KubernetesObject {
  readonly kind?: string
  readonly metadata: ObjectMeta
}

/** A list as the API server sends it. */
export interface ObjectList<T> {
  readonly metadata: { readonly resourceVersion: string }
  readonly items: readonly T[]
}

/** One of `status.conditions`. */
export interface Condition {
  readonly type: string
  readonly status: string
  readonly reason?: string
  readonly message?: string
}

/** A port of a container. */
export interface ContainerPort {
  readonly name?: string
  readonly containerPort: number
}

/** A container of a pod's specification. */
export interface Container {
  readonly name: string
  readonly image?: string
  readonly ports?: readonly ContainerPort[]
  readonly readinessProbe?: {
    readonly httpGet?: {
      readonly host?: string
      readonly path?: string
      readonly port: string | number
      readonly scheme?: string
      readonly httpHeaders?: readonly { readonly name: string; readonly value: string }[]
    }
  }
}

/** A toleration of a pod. */
export interface Toleration {
  readonly key?: string
  readonly operator?: string
  readonly value?: string
  readonly effect?: string
}

/** The specification of a pod or of a pod template. */
export interface PodSpec {
  readonly containers: readonly Container[]
  readonly imagePullSecrets?: readonly { readonly name: string }[]
  readonly nodeName?: string
  readonly nodeSelector?: Readonly<Record<string, string>>
  readonly tolerations?: readonly Toleration[]
  readonly terminationGracePeriodSeconds?: number
}

/** `terminated` of a container's state. */
export interface Terminated {
  readonly exitCode: number
  readonly signal?: number
  readonly reason?: string
  readonly message?: string
  readonly startedAt?: string
  readonly finishedAt?: string
}

/** State of a container, now or before its last restart. */
export interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string }
  readonly running?: object
  readonly terminated?: Terminated
}

/** One of `status.containerStatuses`. */
export interface ContainerStatus {
  readonly name: string
  readonly restartCount?: number
  readonly state?: ContainerState
  readonly lastState?: ContainerState
}

/** A pod. */
export interface PodObject extends KubernetesObject {
  readonly spec: PodSpec
  readonly status?: {
    readonly phase?: string
    readonly reason?: string
    readonly message?: string
    readonly podIP?: string
    readonly conditions?: readonly Condition[]
    readonly containerStatuses?: readonly ContainerStatus[]
  }
}

/** A Deployment, StatefulSet or DaemonSet. */
export interface WorkloadObject extends KubernetesObject {
  readonly spec: {
    readonly replicas?: number
    readonly paused?: boolean
    readonly selector: LabelSelector
    readonly updateStrategy?: {
      readonly type?: string
      readonly rollingUpdate?: { readonly partition?: number }
    }
    /** Of a StatefulSet: the fate of volumes when pods are scaled away. */
    readonly persistentVolumeClaimRetentionPolicy?: { readonly whenScaled?: string }
    readonly template: { readonly metadata?: Partial<ObjectMeta>; readonly spec: PodSpec }
  }
  readonly status?: {
    readonly observedGeneration?: number
    readonly replicas?: number
    readonly updatedReplicas?: number
    readonly readyReplicas?: number
    readonly availableReplicas?: number
    readonly desiredNumberScheduled?: number
    readonly updatedNumberScheduled?: number
    readonly numberAvailable?: number
    readonly currentRevision?: string
    readonly updateRevision?: string
    readonly conditions?: readonly Condition[]
  }
}

/** Selects objects by their labels. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>
  readonly matchExpressions?: readonly {
    readonly key: string
    readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'
    readonly values?: readonly string[]
  }[]
}

/** A port of a Service. */
export interface ServicePort {
  readonly name?: string
  readonly protocol?: string
  readonly appProtocol?: string
  readonly port: number
  readonly targetPort?: string | number
}

/** A Service. */
export interface ServiceObject extends KubernetesObject {
  readonly spec: {
    readonly clusterIP?: string
    readonly type?: string
    readonly selector?: Readonly<Record<string, string>>
    readonly ports?: readonly ServicePort[]
  }
}

/** One EndpointSlice of a Service. */
export interface EndpointSliceObject extends KubernetesObject {
  readonly endpoints?:
    | readonly {
        readonly addresses: readonly string[]
        readonly conditions?: {
          readonly ready?: boolean | null
          readonly serving?: boolean | null
          readonly terminating?: boolean | null
        }
        readonly targetRef?: { readonly kind?: string; readonly name?: string; readonly uid?: string }
      }[]
    | null
}

/** An event of the core group. */
export interface EventObject extends KubernetesObject {
  readonly type?: string
  readonly reason?: string
  readonly message?: string
  readonly count?: number
  readonly involvedObject: { readonly kind?: string; readonly name?: string; readonly uid?: string }
}
