import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'

// Inside this repository `lastcall` is the source, without a build and without an installation:
//   node --import ./scripts/from-source.ts examples/fastify/server.ts
registerHooks({
  resolve(specifier, context, nextResolve) {
    const [name, entry] = specifier.split('/')
    if (name !== 'lastcall') return nextResolve(specifier, context)
    const folder = entry === 'testing' ? 'testing' : `integrations/${entry}`
    const source = entry === undefined ? '../src/index.ts' : `../src/${folder}/index.ts`
    const { href } = new URL(source, import.meta.url)
    // `require()` takes paths only.
    return nextResolve(context.conditions.includes('require') ? fileURLToPath(href) : href, context)
  },
})
