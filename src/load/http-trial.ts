import type { BodyCheck } from './body-check.ts'
import { DialAgent } from './dial-agent.ts'
import type { TrialRequest } from './lane-definition.ts'
import { sendRequest } from './request.ts'
import { bodyOf } from './plain-request.ts'
import type { Sample } from './sample.ts'

/** Tries a lane with one HTTP/1 request on a connection of its own. */
export async function tryHttp(
  { pickTarget, ...request }: TrialRequest,
  bodyCheck?: BodyCheck,
): Promise<Sample> {
  const agent = new DialAgent(pickTarget, false)
  const sample = await sendRequest({
    ...request,
    agent,
    body: bodyOf(request, request.id),
    ...(bodyCheck && { bodyCheck }),
  })
  agent.destroy()
  return sample
}
