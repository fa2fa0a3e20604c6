import type { RunningLoad } from '../../../../load/engine.ts'
import type { LoadDocument } from '../../../../load/load-document.ts'

/** What one line of the agent says about the load. */
export type LoadPart = LoadDocument

/** The part of a load that has not been said yet. */
export function nextPart(load: RunningLoad): LoadPart {
  return load.snapshot()
}

/** Everything that was said so far. */
export function joinPart(_before: LoadDocument | undefined, part: LoadPart): LoadDocument {
  return part
}
