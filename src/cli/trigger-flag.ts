import { type TriggerName, triggerNames } from '../rollout/trigger.ts'
import type { FlagReader } from './flag-reader.ts'

/** Help text of `--trigger`. */
export const triggerHelp = `what makes the pods go away: ${triggerNames.join(', ')} (default: restart)`

/** Reads `--trigger`, and refuses flags that have no meaning with it. */
export function readTrigger(reader: FlagReader): TriggerName {
  const text = reader.text('trigger', 'restart')
  const trigger = triggerNames.find((name) => name === text)
  if (trigger === undefined) {
    reader.problems.push(`--trigger: got '${text}', wanted one of ${triggerNames.join(', ')}`)
    return 'restart'
  }
  if (trigger === 'none') {
    if (!reader.has('duration'))
      reader.problems.push('--trigger none: wanted --duration as well: how long to observe')
    for (const flag of ['restarts', 'baseline', 'rollout-timeout']) {
      if (reader.has(flag))
        reader.problems.push(`--${flag}: has no meaning with --trigger none; leave it out`)
    }
  }
  return trigger
}

/** Reads `--to-image`, which only `--trigger image` uses. */
export function readToImage(reader: FlagReader, trigger: TriggerName): string | undefined {
  const image = reader.text('to-image', '')
  if (trigger === 'image' && image === '') {
    reader.problems.push(
      '--trigger image: wanted --to-image as well: the image to roll out before changing back',
    )
  }
  if (trigger !== 'image' && reader.has('to-image')) {
    reader.problems.push('--to-image: has no meaning without --trigger image; leave it out')
  }
  return image === '' ? undefined : image
}
