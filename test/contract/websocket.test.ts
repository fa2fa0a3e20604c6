import { testWebSockets } from './behaviours/websocket.ts'

testWebSockets(
  { name: 'websocket', guide: 'docs/guides/websocket.md' },
  {
    path: '/',
    ask: (id, message) => `${message} #${id}`,
    answered: (text) => Number(text.split('#')[1]),
  },
)
