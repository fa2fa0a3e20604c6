import { passGateUnlessAborted } from '#parts'

/** Every second, so that the test need not wait. */
export const schedule = '* * * * * *'

/** A run: it ends when the test opens its gate, or when it is told to give up. */
export async function sendDigest(signal: AbortSignal): Promise<void> {
  await passGateUnlessAborted('digest', signal)
  console.log('sent')
}
