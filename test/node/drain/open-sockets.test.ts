import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Socket } from 'node:net'
import { test } from 'node:test'
import { OpenSockets } from '../../../src/node/drain/open-sockets.ts'

function makeOpenSockets() {
  const closed: string[] = []
  const open = new OpenSockets<string>((_, entry) => closed.push(entry))
  const add = (entry: string): Socket => {
    const socket = new Socket()
    open.add(socket, entry)
    return socket
  }
  return { open, closed, add }
}

test('a socket that has closed is forgotten and told once, with its entry', async () => {
  const { open, closed, add } = makeOpenSockets()
  const [one, other] = [add('one'), add('other')]
  assert.deepEqual([open.size, open.get(one), [...open.values()]], [2, 'one', ['one', 'other']])
  one.destroy()
  await once(one, 'close')
  one.emit('close')
  assert.deepEqual([closed, open.size, open.get(one), open.get(other)], [['one'], 1, undefined, 'other'])
})

test('a socket that is deleted is not told of, and has no trace left on it', async () => {
  const { open, closed, add } = makeOpenSockets()
  const socket = add('one')
  assert.deepEqual([open.delete(socket), open.delete(socket)], [true, false])
  assert.deepEqual(
    [Object.hasOwn(socket, '_destroy') && socket._destroy !== Socket.prototype._destroy, closed],
    [false, []],
  )
  socket.destroy()
  await once(socket, 'close')
  assert.deepEqual(closed, [])
})

test('destroyAll() forgets what is destroyed meanwhile and before, without a word', async () => {
  const { open, closed, add } = makeOpenSockets()
  const [one, kept] = [add('one'), add('kept')]
  open.destroyAll(() => one.destroy())
  assert.deepEqual([...open.values()], ['kept'])
  await once(one, 'close')
  assert.deepEqual(closed, [])
  kept.destroy()
  await once(kept, 'close')
  assert.deepEqual(closed, ['kept'])
})

test('clear() forgets all', async () => {
  const { open, closed, add } = makeOpenSockets()
  const socket = add('one')
  open.clear()
  socket.destroy()
  await once(socket, 'close')
  assert.deepEqual([open.size, closed], [0, []])
})
