import type { Plugin } from 'esbuild'

const NAMESPACE = 'builtin'
const identifier = /^[A-Za-z_$][\w$]*$/

/**
 * Takes Node's modules by `process.getBuiltinModule()`. Their ES form has every export ready, and getting
 * some of them ready loads the WebSocket, the fetch() and the Web Crypto of Node.js: 17 MB for as long as a
 * supervisor lives.
 */
export const builtinModules: Plugin = {
  name: 'builtin-modules',
  setup(build) {
    build.onResolve({ filter: /^node:/ }, ({ kind, path }) =>
      kind === 'import-statement' ? { path, namespace: NAMESPACE, sideEffects: false } : null,
    )
    build.onLoad({ filter: /./, namespace: NAMESPACE }, ({ path }) => ({ contents: render(path) }))
  },
}

/** An ES module of which esbuild leaves what is imported: it drops a pure call whose result nobody uses. */
function render(path: string): string {
  const names = Object.keys(process.getBuiltinModule(path) ?? {}).filter(
    (name) => identifier.test(name) && name !== 'default',
  )
  return [
    `const builtin = /* @__PURE__ */ process.getBuiltinModule('${path}')`,
    'export default builtin',
    ...names.map((name) => `export const ${name} = /* @__PURE__ */ (() => builtin.${name})()`),
  ].join('\n')
}
