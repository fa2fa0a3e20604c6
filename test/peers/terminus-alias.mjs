import { registerHooks } from 'node:module'

// Puts this project's drop-in in the place of every module of @godaddy/terminus that its own tests load:
//   TERMINUS_PACKAGE=file:///…/node_modules/@godaddy/terminus/ TERMINUS_DROP_IN=file:///…/index.js node --import ./terminus-alias.mjs …
const { TERMINUS_PACKAGE, TERMINUS_DROP_IN } = process.env
const replaced = new Set(
  ['index.js', 'lib/terminus.js', 'lib/terminus-error.js'].map((file) => TERMINUS_PACKAGE + file),
)

registerHooks({
  resolve(specifier, context, nextResolve) {
    const resolved = nextResolve(specifier, context)
    return replaced.has(resolved.url) ? { ...resolved, url: TERMINUS_DROP_IN, format: 'module' } : resolved
  },
})
