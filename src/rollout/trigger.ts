/** Ways to make pods go away in a run. */
export type TriggerName = 'restart' | 'scale-down' | 'delete-pod' | 'evict' | 'drain-node' | 'image' | 'none'

/** The words of a verdict for a trigger. */
export interface TriggerWords {
  /** The noun for counts: `1 rollout`, `2 rollouts`. Undefined for a trigger that does nothing. */
  readonly noun: readonly [one: string, many: string] | undefined
  /** Text after `failed in the baseline, before`. */
  readonly before: string
  /** Text after `failed after`. */
  readonly after: string
}

function wordsOf(noun: TriggerWords['noun'], before: string, after: string): TriggerWords {
  return { noun, before, after }
}

const evictions = ['round of evictions', 'rounds of evictions'] as const
const deletions = ['round of deletions', 'rounds of deletions'] as const
const changes = ['change of the image', 'changes of the image'] as const

/** Every trigger; the first one is the default. */
export const triggerWords: Readonly<Record<TriggerName, TriggerWords>> = {
  restart: wordsOf(['rollout', 'rollouts'], 'anything was restarted', 'the first restart began'),
  'scale-down': wordsOf(['scale-down', 'scale-downs'], 'anything was scaled', 'the first scale-down began'),
  'delete-pod': wordsOf(deletions, 'any pod was deleted', 'the first pod was deleted'),
  evict: wordsOf(evictions, 'any pod was evicted', 'the first pod was evicted'),
  'drain-node': wordsOf(['node drain', 'node drains'], 'any node was drained', 'the first node drain began'),
  image: wordsOf(changes, 'the image was changed', 'the first change of the image began'),
  none: wordsOf(undefined, 'any change of the pods was seen', 'the first change of the pods'),
}

const inPlaceWords = wordsOf(
  ['restart in place', 'restarts in place'],
  triggerWords.restart.before,
  triggerWords.restart.after,
)

/** The words for a run. */
export function wordsFor({ trigger, inPlace }: RunKind): TriggerWords {
  return inPlace === true ? inPlaceWords : triggerWords[trigger]
}

/** What a run does to its pods. */
export interface RunKind {
  readonly trigger: TriggerName
  readonly inPlace?: boolean
}

/** Names of the triggers, in display order. */
export const triggerNames: readonly TriggerName[] = Object.keys(triggerWords) as TriggerName[]
