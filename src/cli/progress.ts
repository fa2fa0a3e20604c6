import { createLogUpdate } from 'log-update'
import { renderEvent, renderLive } from '../report/live.ts'
import { createPalette } from '../report/palette.ts'
import type { Run } from '../rollout/run.ts'
import type { TimelineEvent } from '../rollout/timeline.ts'
import { type CliIo, isColoured } from './io.ts'

/** Display of a running run. */
export interface Progress {
  onEvent(event: TimelineEvent): void
  /** Begins to display. The run may already have had events. */
  follow(run: Run): void
  end(): void
}

const LIVE_PERIOD_MS = 150

/**
 * Shows a block that is redrawn on a terminal, or else one line for each event. Writes to stderr, so that
 * stdout only has the result.
 */
export function createProgress(
  io: CliIo,
  { quiet, color }: { readonly quiet: boolean; readonly color: boolean },
): Progress {
  if (quiet) return { onEvent: () => undefined, follow: () => undefined, end: () => undefined }
  const startMs = performance.now()
  // A terminal without a height (some CI systems) has no room for a block.
  if (!io.stderr.isTTY || io.stderr.rows === 0) {
    return {
      onEvent: (event) => void io.stderr.write(`${renderEvent(event, startMs)}\n`),
      follow: () => undefined,
      end: () => undefined,
    }
  }
  const palette = createPalette(isColoured(io.stderr, io.env, color))
  const update = createLogUpdate(io.stderr as NodeJS.WriteStream)
  let timer: NodeJS.Timeout | undefined
  return {
    onEvent(event) {
      if (event.kind === 'notice') update.persist(renderEvent(event, startMs))
    },
    follow(run) {
      const draw = (): void => {
        const elapsedMs = performance.now() - startMs
        const state = { phase: run.phase(), elapsedMs, pods: run.pods(), load: run.load() }
        update(renderLive(state, palette))
      }
      timer = setInterval(draw, LIVE_PERIOD_MS)
    },
    end() {
      clearInterval(timer)
      update.clear()
      update.done()
    },
  }
}
