import { testContract } from './contract.ts'

testContract({ name: 'hono', guide: 'docs/guides/hono.md' })
