/**
 * Writes the CommonJS side of each entry point beside its module in dist/: a file that requires the module,
 * so that `require` and `import` share one instance, and its types for TypeScript's `module: node16`.
 */
import { writeFileSync } from 'node:fs'
import pkg from '../package.json' with { type: 'json' }
import { commonJsTypes, namesOf } from './commonjs/types.ts'

for (const target of Object.values(pkg.exports)) {
  if (typeof target === 'string') continue
  const { default: module } = target
  const path = module.replace(/\.js$/, '')
  writeFileSync(`${path}.cjs`, `'use strict'\nmodule.exports = require('./index.js')\n`)
  writeFileSync(`${path}.d.cts`, commonJsTypes(namesOf(`${path}.d.ts`)))
}
