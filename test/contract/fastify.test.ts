import { testContract } from './contract.ts'

testContract({ name: 'fastify', guide: 'docs/guides/fastify.md', finishesStart: true })
