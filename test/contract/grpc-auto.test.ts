import { fileURLToPath } from 'node:url'
import { testGrpc } from './behaviours/grpc.ts'

testGrpc(
  {
    name: 'grpc-auto',
    guide: 'docs/guides/grpc.md',
    command: {
      beginsWith: "NODE_OPTIONS='--import lastcall/auto' node",
      cwd: fileURLToPath(new URL('servers/grpc', import.meta.url)),
    },
  },
  { stream: 2 },
)
