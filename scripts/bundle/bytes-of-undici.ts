import { createRequire } from 'node:module'
import type { Plugin } from 'esbuild'

const BYTES = '?bytes'

/**
 * Has esbuild take the WebAssembly that undici ships as bytes. undici has it in a CommonJS module that is a
 * buffer: an import of that would copy every byte of it as an export when a program starts.
 */
export const bytesOfUndici: Plugin = {
  name: 'bytes-of-undici',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^undici\/.*-wasm\.js$/ }, ({ path, importer }) => ({
      path: createRequire(importer).resolve(path),
      suffix: BYTES,
    }))
    onLoad({ filter: /-wasm\.js$/ }, ({ path, suffix }) => {
      if (suffix !== BYTES) return undefined
      return { contents: createRequire(path)(path) as Uint8Array, loader: 'binary' }
    })
  },
}
