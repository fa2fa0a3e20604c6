import { testContract } from './contract.ts'

testContract({ name: 'https', guide: 'docs/guides/https.md', app: 'http', isSecure: true })
