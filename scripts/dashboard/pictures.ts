import type { Dashboard } from './panels.ts'

/** A picture of panels, as wide as a page shows it. */
export interface Picture {
  /** Where it is written. */
  readonly file: string
  /** Width in CSS pixels. */
  readonly width: number
  /** Pixels of the file for each CSS pixel; 2 stays sharp on dense screens. */
  readonly scale: number
  readonly dashboard: Dashboard
}

/** Ids of the panels that show a rollout at a glance, in reading order. */
const glance = [1, 2, 3, 6]
const COLUMNS = 2

/**
 * Pictures of a dashboard: the whole of it for the guide, and four panels at a width at which the README
 * shows them without making their letters smaller. Throws when one of the four is not on the dashboard.
 */
export function picturesOf(dashboard: Dashboard): readonly Picture[] {
  return [
    { file: 'docs/images/dashboard.png', width: 960, scale: 2, dashboard: pickPanels(dashboard) },
    { file: 'docs/images/dashboard-all.png', width: 1_600, scale: 1, dashboard },
  ]
}

function pickPanels(dashboard: Dashboard): Dashboard {
  const panels = glance.map((id, index) => {
    const panel = dashboard.panels.find((one) => one.id === id)
    if (!panel) throw new Error(`The dashboard has no panel ${id}: change the list in pictures.ts`)
    const size = { w: 12, h: 7 }
    const place = { x: (index % COLUMNS) * size.w, y: Math.floor(index / COLUMNS) * size.h }
    return { ...panel, gridPos: { ...place, ...size } }
  })
  return { ...dashboard, panels }
}
