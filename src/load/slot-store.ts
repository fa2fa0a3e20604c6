import { copyOf, openSlot, type OpenSlot, type Slot } from './slot.ts'

/** The slots of one lane. Past slots are kept as text, which takes less than half the memory. */
export interface SlotStore {
  /** The slot to count in. */
  at(at: number): OpenSlot
  /** Copies of all slots in time order. */
  read(): readonly Slot[]
  clear(): void
}

/** Current answers count in the newest slot or the one before it. */
const OPEN_SLOTS = 2

/** An empty store. */
export function createSlotStore(): SlotStore {
  const open = new Map<number, OpenSlot>()
  const closed = new Map<number, string>()
  const closeOld = (now: number): void => {
    for (const [at, slot] of open) {
      if (at > now - OPEN_SLOTS) continue
      closed.set(at, JSON.stringify(slot))
      open.delete(at)
    }
  }
  return {
    at(at) {
      const known = open.get(at)
      if (known) return known
      closeOld(at)
      const text = closed.get(at)
      const slot = text === undefined ? openSlot(at) : (JSON.parse(text) as OpenSlot)
      closed.delete(at)
      open.set(at, slot)
      return slot
    },
    read: () =>
      [
        ...[...closed.values()].map((text) => JSON.parse(text) as Slot),
        ...[...open.values()].map(copyOf),
      ].toSorted((one, other) => one.at - other.at),
    clear() {
      open.clear()
      closed.clear()
    },
  }
}
