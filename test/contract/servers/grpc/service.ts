import type { ServiceDefinition } from '@grpc/grpc-js'

const serialize = (value: string): Buffer => Buffer.from(value)
const deserialize = (bytes: Buffer): string => bytes.toString()
const codec = {
  requestSerialize: serialize,
  requestDeserialize: deserialize,
  responseSerialize: serialize,
  responseDeserialize: deserialize,
}

/** Written by hand what a compiler makes of a .proto file; messages are plain text. */
export const service = {
  say: { path: '/contract.Speaker/Say', requestStream: false, responseStream: false, ...codec },
  repeat: { path: '/contract.Speaker/Repeat', requestStream: false, responseStream: true, ...codec },
} satisfies ServiceDefinition
