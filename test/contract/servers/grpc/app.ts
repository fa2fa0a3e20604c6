import { database, passGate } from '#parts'
import { Server, type sendUnaryData, type ServerUnaryCall, type ServerWritableStream } from '@grpc/grpc-js'
import { service } from './service.ts'

export { database }

export const server = new Server()
server.addService(service, { say, repeat })

/** Answers with what was said, when the gate that it names is open. */
function say({ request }: ServerUnaryCall<string, string>, callback: sendUnaryData<string>): void {
  void answer(request).then((message) => callback(null, message), callback)
}

/** Answers twice: at once, and when the gate is open. */
function repeat(call: ServerWritableStream<string, string>): void {
  call.write('begun')
  void answer(call.request).then(
    (message) => {
      call.write(message)
      call.end()
    },
    (error: Error) => call.destroy(error),
  )
}

async function answer(message: string): Promise<string> {
  const [what, gate = ''] = message.split(' ')
  if (what === 'slow') await passGate(gate)
  await database.query()
  return message
}
