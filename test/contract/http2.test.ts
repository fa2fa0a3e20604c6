import { testContract } from './contract.ts'

const guide = 'docs/guides/http2.md'

testContract({
  name: 'http2 with allowHTTP1',
  app: 'http2',
  guide,
  isSecure: true,
  protocols: ['http1', 'http2'],
})
testContract({
  name: 'http2 over TLS',
  app: 'http2',
  guide,
  leaveOut: ', allowHTTP1: true',
  isSecure: true,
  protocols: ['http2'],
})
testContract({ name: 'h2c', app: 'http2', guide, program: 'h2c.ts', protocols: ['http2'] })
