import { loadsAuto, variablesNamed } from './environment.ts'
import type { PlainObject } from './yaml/plain.ts'

/** The module for `--import`. Node looks for it from the working directory of the container. */
export const AUTO_MODULE = 'lastcall/auto'

/** NODE_OPTIONS that load it, after the user's own; a sentence when nothing can be appended to them. */
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
