import { loadsAuto, variablesNamed } from './environment.ts'
import type { PlainObject } from './yaml/plain.ts'

/** What `--import` names: Node finds it from the working directory of the container. */
export const AUTO_MODULE = 'lastcall/auto'

/** NODE_OPTIONS that load it; the user's own come first, and a sentence says why they cannot be added to. */
export function withAuto(container: PlainObject): { readonly value: string } | string {
  const own = variablesNamed(container, 'NODE_OPTIONS').at(-1)
  if (own && own.text === undefined) {
    const elsewhere = `append \`--import ${AUTO_MODULE}\` where the value comes from and leave out --auto`
    return `NODE_OPTIONS has a valueFrom, and --auto has to append to it: give it a value, or ${elsewhere}`
  }
  const text = own?.text ?? ''
  if (loadsAuto(text)) return { value: text }
  return { value: `${text.trim()} --import ${AUTO_MODULE}`.trim() }
}
