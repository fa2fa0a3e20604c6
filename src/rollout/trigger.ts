/** What makes pods go away in a run. */
export type TriggerName = 'restart' | 'scale-down' | 'delete-pod' | 'evict' | 'drain-node' | 'image' | 'none'

/** How a verdict speaks of a trigger. */
export interface TriggerWords {
  /** What is counted: `1 rollout`, `2 rollouts`. Undefined for one that does nothing. */
  readonly noun: readonly [one: string, many: string] | undefined
  /** After `failed in the baseline, before`. */
  readonly before: string
  /** After `failed after`. */
  readonly after: string
}

/** Every trigger; the first one is the default. */
export const triggerWords: Readonly<Record<TriggerName, TriggerWords>> = {
  restart: {
    noun: ['rollout', 'rollouts'],
    before: 'anything was restarted',
    after: 'the first restart began',
  },
  'scale-down': {
    noun: ['scale-down', 'scale-downs'],
    before: 'anything was scaled',
    after: 'the first scale-down began',
  },
  'delete-pod': {
    noun: ['round of deletions', 'rounds of deletions'],
    before: 'any pod was deleted',
    after: 'the first pod was deleted',
  },
  evict: {
    noun: ['round of evictions', 'rounds of evictions'],
    before: 'any pod was evicted',
    after: 'the first pod was evicted',
  },
  'drain-node': {
    noun: ['node drain', 'node drains'],
    before: 'any node was drained',
    after: 'the first node drain began',
  },
  image: {
    noun: ['change of the image', 'changes of the image'],
    before: 'the image was changed',
    after: 'the first change of the image began',
  },
  none: {
    noun: undefined,
    before: 'any change of the pods was seen',
    after: 'the first change of the pods',
  },
}

/** The names, in the order in which they are listed. */
export const triggerNames: readonly TriggerName[] = Object.keys(triggerWords) as TriggerName[]
