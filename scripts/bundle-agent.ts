/** Builds the agent of `lastcall rollout` into one file that needs nothing but Node.js. */
import { build } from 'esbuild'

await build({
  entryPoints: ['src/rollout/drivers/kubernetes/agent/main.ts'],
  outfile: 'dist/agent.mjs',
  bundle: true,
  platform: 'node',
  target: 'node22.19',
  format: 'esm',
  minify: true,
  logLevel: 'warning',
})
