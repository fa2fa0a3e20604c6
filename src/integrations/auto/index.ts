import { errorTable } from '../../core/errors.ts'
import { describeOldNode } from '../../core/node-version.ts'
import { isMainThread } from 'node:worker_threads'
import { installAuto } from './install.ts'
import { makeImportAbsolute } from './node-options.ts'

// Every Node.js process that inherits NODE_OPTIONS loads this file and `install.ts`. So both must load on old
// versions, too.
if (isMainThread) {
  const problem = describeOldNode(process.versions)
  if (problem === null) {
    makeImportAbsolute(import.meta.url)
    installAuto()
  } else {
    process.emitWarning(`${errorTable.LASTCALL_NODE_VERSION}: ${problem}`, {
      type: 'LastcallWarning',
      code: 'LASTCALL_NODE_VERSION',
      detail: 'lastcall/auto does nothing in this process; the application runs as without it',
    })
  }
}
