export { TestHost as FakeHost } from '../../src/testing/test-host.ts'
