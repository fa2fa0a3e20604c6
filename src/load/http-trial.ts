import type { BodyCheck } from './body-check.ts'
import { DialAgent } from './dial-agent.ts'
import type { TrialRequest } from './lane-definition.ts'
import { sendRequest } from './request.ts'
import type { Sample } from './sample.ts'

/**
 * Tries a lane with one HTTP/1 request on a connection of its own: POST with the id of the request, or GET.
 */
export async function tryHttp(
  { pickTarget, checkEcho, ...request }: TrialRequest,
  bodyCheck?: BodyCheck,
): Promise<Sample> {
  const agent = new DialAgent(pickTarget, false)
  const post = request.method === 'POST'
  const sample = await sendRequest({
    ...request,
    agent,
    ...(post && { body: JSON.stringify({ id: request.id }) }),
    checkEcho: post && checkEcho,
    ...(bodyCheck && { bodyCheck }),
  })
  agent.destroy()
  return sample
}
