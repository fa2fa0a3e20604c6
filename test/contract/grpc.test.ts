import { testGrpc } from './behaviours/grpc.ts'

testGrpc({ name: 'grpc', guide: 'docs/guides/grpc.md' }, { work: 1 })
