import type { Lane } from '../lane.ts'
import { SSE_CLIENTS } from '../load-options.ts'
import { EventSubscriber } from '../sse/subscriber.ts'

/** Server-sent events, followed across reconnects: meets streams that nobody ends, that are cut, and events that are lost in between. */
export const runSse: Lane = async (context) => {
  const { eventsPath: path, hostHeader, timeoutMs } = context.options
  const ports = {
    pickTarget: context.pickTarget,
    identify: () => context.identify('GET', performance.now()),
    record: context.record,
  }
  const clients = Array.from({ length: SSE_CLIENTS }, () => {
    const subscriber = new EventSubscriber({ path, hostHeader, timeoutMs }, ports)
    context.own(subscriber)
    return subscriber.run(context.signal)
  })
  await Promise.all(clients)
}
