import { testContract } from './contract.ts'

testContract({ name: 'express', guide: 'docs/guides/express.md' })
