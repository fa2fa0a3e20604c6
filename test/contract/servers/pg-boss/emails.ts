import { passGateUnlessAborted } from '#parts'

/**
 * The work of a job: it ends when the test opens the gate that the job names, or when it is told to give up.
 */
export async function sendEmail(email: unknown, signal: AbortSignal): Promise<void> {
  await passGateUnlessAborted((email as { gate: string }).gate, signal)
  console.log(`sent ${(email as { gate: string }).gate}`)
}
