// Next.js bundles a copy for each route, hence the global state.
export const database = {
  async query() {
    if (globalThis.isDatabaseClosed) throw new Error('the database is closed')
    return 'done'
  },
  async end() {
    globalThis.isDatabaseClosed = true
    // The tests of lastcall/auto compare all that is said.
    if (process.env.CONTRACT_GATES) console.log('database closed')
  },
}
