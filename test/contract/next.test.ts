import { fileURLToPath } from 'node:url'
import { testContract } from './contract.ts'

testContract({
  name: 'next',
  guide: 'docs/guides/next.md',
  command: {
    beginsWith: 'HOSTNAME=',
    cwd: fileURLToPath(new URL('apps/next/.next/standalone/apps/next', import.meta.url)),
  },
  listensFirst: true,
})
