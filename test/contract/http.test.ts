import { testContract } from './contract.ts'

testContract({ name: 'http', guide: 'docs/guides/http.md' })
