import type { ServerResponse } from 'node:http'

/** The log of one container, with the time stamps of a kubelet. */
export class FakeLog {
  readonly #lines: { readonly stamp: string; readonly text: string }[] = []
  readonly #followers = new Set<ServerResponse>()
  #isClosed = false

  write(text: string): void {
    const line = { stamp: new Date().toISOString(), text }
    this.#lines.push(line)
    for (const follower of this.#followers) follower.write(`${line.stamp} ${text}`)
  }

  has(text: string): boolean {
    return this.#lines.some((line) => line.text.includes(text))
  }

  follow(response: ServerResponse, since: string | null): void {
    response.writeHead(200)
    const from = since === null ? '' : `${since.slice(0, 19)}.000Z`
    for (const { stamp, text } of this.#lines) if (stamp >= from) response.write(`${stamp} ${text}`)
    if (this.#isClosed) return void response.end()
    this.#followers.add(response)
    response.on('close', () => this.#followers.delete(response))
  }

  break(): void {
    for (const follower of this.#followers) follower.destroy()
  }

  close(): void {
    this.#isClosed = true
    for (const follower of this.#followers) follower.end()
  }
}
