import { Consumer, stringDeserializers } from '@platformatic/kafka'
import { passGateUnlessAborted } from '#parts'

export const consumer = new Consumer({
  clientId: 'worker',
  groupId: 'emails',
  bootstrapBrokers: [process.env['KAFKA_BROKER'] ?? 'localhost:9092'],
  deserializers: stringDeserializers,
})

export const emails = {
  topics: ['emails'],
  mode: 'committed',
  fallbackMode: 'earliest',
  autocommit: false,
} satisfies Parameters<typeof consumer.consume>[0]

/**
 * The work of a message: it ends when the test opens the gate that the message names. Resolves to whether it
 * was done: not when it was told to give up.
 */
export async function sendEmail(email: string, signal: AbortSignal): Promise<boolean> {
  return passGateUnlessAborted(email, signal).then(
    () => true,
    () => false,
  )
}
