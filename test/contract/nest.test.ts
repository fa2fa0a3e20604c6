import { testContract } from './contract.ts'

testContract({ name: 'nest', guide: 'docs/guides/nest.md', program: 'src/main.ts', isCompiled: true })
