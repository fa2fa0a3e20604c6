/**
 * Writes docs/reference/api from the docstrings of the entry points:
 *
 *   node scripts/write-api.ts [FOLDER]
 *
 * TypeDoc needs an older TypeScript than this project has, so both are in a folder of their own.
 */
import { execFileSync } from 'node:child_process'
import { resolve } from 'node:path'
import { installOnce } from './install-once.ts'

const [out = 'docs/reference/api'] = process.argv.slice(2)

installOnce('scripts/api')
const program = 'scripts/api/node_modules/typedoc/bin/typedoc'
const args = [program, '--options', 'scripts/api/typedoc.json', '--out', resolve(out)]
execFileSync(process.execPath, args, { stdio: 'inherit' })
