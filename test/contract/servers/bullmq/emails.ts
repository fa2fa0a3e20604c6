import { passGateUnlessAborted } from '#parts'

export const connection = { url: process.env['REDIS_URL'] ?? 'redis://localhost:6379' }

/**
 * The work of a job: it ends when the test opens the gate that the job names, or when it is told to give up.
 */
export async function sendEmail(email: { readonly gate: string }, signal: AbortSignal): Promise<void> {
  await passGateUnlessAborted(email.gate, signal)
  console.log(`sent ${email.gate}`)
}
