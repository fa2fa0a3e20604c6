/** llhttp, the parser of Node.js, as undici ships it. */
declare module 'undici/lib/llhttp/llhttp-wasm.js' {
  const wasm: Uint8Array
  export = wasm
}
