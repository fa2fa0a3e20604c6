const throws = (): never => {
  throw new Error('no')
}

function circular(): object {
  const value: Record<string, unknown> = {}
  value['self'] = value
  return value
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

/** What programs throw, reject with and return by mistake, and what throws when it is looked at. */
export const oddValues: Readonly<Record<string, unknown>> = {
  undefined: undefined,
  null: null,
  'a string': 'text',
  'a symbol': Symbol('s'),
  'a bigint': 5n,
  'a function': () => {},
  'an object without a prototype': Object.create(null),
  'a circular object': circular(),
  'a revoked proxy': revoked(),
  'a proxy that throws at every look': new Proxy(
    {},
    { get: throws, getPrototypeOf: throws, ownKeys: throws },
  ),
  'an error whose message throws': Object.defineProperty(new Error('x'), 'message', { get: throws }),
  'an error whose stack throws': Object.defineProperty(new Error('x'), 'stack', { get: throws }),
  'an error that is its own cause': Object.defineProperty(new Error('x'), 'cause', { get: circular }),
  'an object whose toString throws': { toString: throws, toJSON: throws },
}

/** Things that are waited for and never tell, or tell wrongly; none of them is a promise. */
export const oddThenables: Readonly<Record<string, object>> = {
  // oxlint-disable-next-line unicorn/no-thenable -- that is what is tested
  'a thenable that throws': { then: throws },
  // oxlint-disable-next-line unicorn/no-thenable -- that is what is tested
  'a thenable whose then throws when it is read': Object.defineProperty({}, 'then', { get: throws }),
}
