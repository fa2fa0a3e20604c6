import { realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const NAME = 'lastcall/auto'

/**
 * Lets child processes find lastcall wherever they start. Node resolves `--import lastcall/auto` in the
 * working directory, so a child with another directory would end with ERR_MODULE_NOT_FOUND. This puts the URL
 * of this copy into `NODE_OPTIONS` and `process.execArgv`, which children inherit.
 * @param self URL of the entry; in a bundle it differs or is absent, and nothing changes
 */
export function makeImportAbsolute(self: string | undefined): void {
  if (!self || !/\/auto\/index\.[jt]s([?#]|$)/.test(self)) return
  const url = self.replace(/[?#].*$/, '')
  const text = process.env['NODE_OPTIONS']
  if (text) {
    const absolute = absoluteOptions(text, url)
    if (absolute !== text) process.env['NODE_OPTIONS'] = absolute
  }
  const words = process.execArgv.map((value) => ({ value, raw: value }))
  const replaced = replaceIn(words, url, (value) => value)
  for (const [index, word] of replaced.entries()) process.execArgv[index] = word
}

/** Replaces only the name that this working directory resolves to the URL. The rest keeps its spelling. */
export function absoluteOptions(text: string, url: string): string {
  return replaceIn(wordsOf(text), url, quoted).join(' ')
}

interface Word {
  readonly value: string
  /** The original spelling, with its quotes. */
  readonly raw: string
}

function replaceIn(words: readonly Word[], url: string, quote: (value: string) => string): string[] {
  return words.map(({ value, raw }, index) => {
    const [, flag = '', inline] = /^(--import|--require|-r)(?:=(.*))?$/s.exec(value) ?? []
    if (flag !== '' && inline !== undefined) {
      return isThis(inline, url) ? quote(`${flag}=${target(flag, url)}`) : raw
    }
    const before = words[index - 1]?.value ?? ''
    return /^(--import|--require|-r)$/.test(before) && isThis(value, url) ? quote(target(before, url)) : raw
  })
}

/** `require()` accepts no URL. */
function target(flag: string, url: string): string {
  return flag === '--import' ? url : fileURLToPath(url)
}

function isThis(specifier: string, url: string): boolean {
  if (specifier === NAME) return true
  if (!/^\.\.?[/\\]/.test(specifier)) return false
  try {
    return realpathSync(resolve(specifier)) === realpathSync(fileURLToPath(url))
  } catch {
    return false
  }
}

/**
 * Splits the text by Node's own rules: spaces separate, double quotes group, and a backslash inside quotes
 * escapes the next character.
 */
function wordsOf(text: string): readonly Word[] {
  return [...text.matchAll(/(?:"(?:\\.|[^"\\])*"|[^ "])+/gs)].map(([raw]) => ({
    raw,
    value: raw.replaceAll(/"((?:\\.|[^"\\])*)"/gs, (_, inside: string) => inside.replaceAll(/\\(.)/gs, '$1')),
  }))
}

function quoted(value: string): string {
  return /[ "\\]/.test(value) ? `"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"` : value
}
