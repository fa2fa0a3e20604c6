/**
 * Makes `import 'lastcall'` in examples/ find this checkout's own build, the way it finds an installed
 * package.
 */
import { existsSync, symlinkSync } from 'node:fs'

// A junction needs no rights on Windows; elsewhere the type is ignored.
if (!existsSync('node_modules/lastcall')) symlinkSync('..', 'node_modules/lastcall', 'junction')
