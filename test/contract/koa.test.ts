import { testContract } from './contract.ts'

testContract({ name: 'koa', guide: 'docs/guides/koa.md' })
