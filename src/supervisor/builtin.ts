// The ES modules of these have every export ready, among them those that load the WebSocket, the fetch() and
// the Web Crypto of Node.js: 15 MB for as long as a supervisor lives.

/** `node:http` */
export const http = process.getBuiltinModule('node:http')
/** `node:crypto` */
export const crypto = process.getBuiltinModule('node:crypto')
