import { hostname } from 'node:os'
import { connection } from 'next/server'

/** Rendered for each request. */
export default async function Page() {
  await connection()
  return <h1>Orders, from {hostname()}</h1>
}
