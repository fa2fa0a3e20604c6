import { Client, type ClientReadableStream, credentials, type ServiceError, status } from '@grpc/grpc-js'
import type { TestContext } from 'node:test'
import { service } from '../servers/grpc/service.ts'

/** How a call ended: with its last message, or the name of its status. */
export interface CallEnd {
  readonly status: string
  readonly messages: readonly string[]
}

const nameOf = ({ code }: ServiceError): string => status[code]

/** A client of the gRPC service of the contract suite. */
export class Speaker {
  readonly #client: Client

  /** @param ports one, or several to choose from */
  constructor(t: TestContext, ...ports: readonly number[]) {
    const target = `ipv4:${ports.map((port) => `127.0.0.1:${port}`).join(',')}`
    this.#client = new Client(target, credentials.createInsecure(), {
      // Every address gets calls, so that the one that goes away has some under way.
      'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
      'grpc.use_local_subchannel_pool': 1,
    })
    t.after(() => this.#client.close())
  }

  say(message: string): Promise<CallEnd> {
    const { path, requestSerialize, responseDeserialize } = service.say
    return new Promise((resolve) => {
      this.#client.makeUnaryRequest(path, requestSerialize, responseDeserialize, message, (error, answer) => {
        resolve(error ? { status: nameOf(error), messages: [] } : { status: 'OK', messages: [answer ?? ''] })
      })
    })
  }

  /** Resolves when the stream has begun, with a promise of its end. */
  async repeat(message: string): Promise<{ readonly end: Promise<CallEnd> }> {
    const { path, requestSerialize, responseDeserialize } = service.repeat
    const stream = this.#client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, message)
    const messages: string[] = []
    const begun = new Promise<void>((resolve) => stream.once('data', () => resolve()))
    stream.on('data', (text: string) => messages.push(text))
    const end = ended(stream).then((name) => ({ status: name, messages }))
    await begun
    return { end }
  }
}

function ended(stream: ClientReadableStream<string>): Promise<string> {
  return new Promise((resolve) => {
    stream.on('error', (error) => resolve(nameOf(error as ServiceError)))
    stream.on('end', () => resolve('OK'))
  })
}
