import { createLogUpdate } from 'log-update'
import { renderEvent, renderLive } from '../report/live.ts'
import { createPalette } from '../report/palette.ts'
import type { Run } from '../rollout/run.ts'
import type { TimelineEvent } from '../rollout/timeline.ts'
import { type CliIo, isColoured } from './io.ts'

/** What is shown while a run is under way. */
export interface Progress {
  onEvent(event: TimelineEvent): void
  /** Begins to show; the run's first events may come before. */
  follow(run: Run): void
  end(): void
}

const LIVE_PERIOD_MS = 150

/**
 * A block that is redrawn on a terminal, a line for each event elsewhere; on stderr, so that stdout has the
 * result only.
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
