import { testWebSockets } from './behaviours/websocket.ts'

const query = 'query ($message: String!) { say(message: $message) }'

testWebSockets(
  { name: 'graphql-subscriptions', guide: 'docs/guides/graphql-subscriptions.md' },
  {
    path: '/graphql',
    subprotocol: 'graphql-transport-ws',
    hello: JSON.stringify({ type: 'connection_init' }),
    ask: (id, message) =>
      JSON.stringify({ id: String(id), type: 'subscribe', payload: { query, variables: { message } } }),
    answered: (text) => {
      const { id, type } = JSON.parse(text) as { id: string; type: string }
      return type === 'next' ? Number(id) : null
    },
  },
)
