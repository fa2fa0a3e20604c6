import type { BodyCheck } from './body-check.ts'
import { HttpClient } from './http1/client.ts'
import type { TrialRequest } from './lane-definition.ts'
import { sendRequest } from './request.ts'
import { bodyOf } from './plain-request.ts'
import type { Sample } from './sample.ts'

/** Tries a lane with one HTTP/1 request on a connection of its own. */
export async function tryHttp(
  { pickTarget, ...request }: TrialRequest,
  bodyCheck?: BodyCheck,
): Promise<Sample> {
  const client = new HttpClient(pickTarget, false)
  const sample = await sendRequest({
    ...request,
    client,
    body: bodyOf(request, request.id),
    ...(bodyCheck && { bodyCheck }),
  })
  client.destroy()
  return sample
}
