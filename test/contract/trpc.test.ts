import { testWebSockets } from './behaviours/websocket.ts'

testWebSockets(
  { name: 'trpc', guide: 'docs/guides/trpc.md' },
  {
    path: '/',
    ask: (id, message) => JSON.stringify({ id, method: 'query', params: { path: 'say', input: message } }),
    answered: (text) => (JSON.parse(text) as { id: number }).id,
  },
)
