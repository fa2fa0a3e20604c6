import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { pictureHeight } from './frames.ts'
import type { Recording } from './panels.ts'
import type { Picture } from './pictures.ts'
import { run } from './run-command.ts'

/** Folder of the packages that draw. */
export const renderer = fileURLToPath(new URL('renderer', import.meta.url))
const browsers = ['chromium', 'chromium-browser', 'google-chrome']

/**
 * Draws a recording as a PNG: bundles the page, opens it in a headless Chromium and takes a screenshot. The
 * renderer's packages have to be installed.
 */
export function drawPicture(
  folder: string,
  { file, width, scale, dashboard }: Picture,
  recording: Recording,
): void {
  mkdirSync(folder, { recursive: true })
  mkdirSync(dirname(file), { recursive: true })
  const script = join(folder, 'page.js')
  run(join(renderer, 'node_modules/.bin/esbuild'), [
    join(renderer, 'page.mjs'),
    `--outfile=${script}`,
    '--bundle',
    '--minify',
    '--define:process.env.NODE_ENV="production"',
    ...['svg', 'ttf', 'woff', 'woff2'].map((kind) => `--loader:.${kind}=dataurl`),
    '--log-level=warning',
  ])
  const page = join(folder, 'page.html')
  writeFileSync(page, toHtml(readFileSync(join(folder, 'page.css'), 'utf8'), { dashboard, recording, width }))
  const browser = browsers.find((name) => spawnSync(name, ['--version']).status === 0)
  if (!browser) throw new Error(`Draw the picture: install one of ${browsers.join(', ')}`)
  run(browser, [
    '--headless=new',
    // Chromium's sandbox does not start for root, as which containers run; the page is ours.
    '--no-sandbox',
    '--disable-gpu',
    '--hide-scrollbars',
    '--virtual-time-budget=10000',
    `--force-device-scale-factor=${scale}`,
    `--window-size=${width},${pictureHeight(dashboard.panels)}`,
    `--user-data-dir=${resolve(folder, 'browser')}`,
    `--screenshot=${resolve(file)}`,
    pathToFileURL(page).href,
  ])
}

function toHtml(css: string, picture: unknown): string {
  // A `<` inside a script element could end it.
  const json = JSON.stringify(picture).replaceAll('<', String.raw`\u003c`)
  return `<!doctype html><meta charset="utf-8"><style>${css}</style><body><main></main>
<script>globalThis.picture = ${json}</script><script src="page.js"></script>`
}
