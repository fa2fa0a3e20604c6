import { readFileSync } from 'node:fs'
import { isMap, parseDocument, type YAMLMap } from 'yaml'
import type { Table } from './markdown.ts'

/**
 * Every value of a chart with its default and its `# --` comment, which is the form that helm-docs reads.
 */
export function chartValuesTable(chart: string): Table {
  const text = readFileSync(new URL(`../../charts/${chart}/values.yaml`, import.meta.url), 'utf8')
  const rows = rowsOf(parseDocument(text).contents as YAMLMap, [], text)
  return [['value', 'default', 'what it is'], ...rows]
}

function rowsOf(map: YAMLMap, path: readonly string[], text: string): Table {
  return map.items.flatMap(({ key, value }) => {
    const { value: name, range } = key as { value: string; range: readonly [number, number, number] }
    const own = [...path, name]
    if (isMap(value) && value.items.length > 0) return rowsOf(value as YAMLMap, own, text)
    const above = text.slice(0, range[0]).replace(/[^\n]*$/, '')
    const [, found] = /^ *# -- (.*\n(?: *# (?!-- ).*\n)*)(?![^])/m.exec(above) ?? []
    const comment = found?.trim().replaceAll(/\n *# /g, ' ')
    if (comment === undefined) throw new Error(`values.yaml: ${own.join('.')} has no comment above it`)
    const shown = JSON.stringify((value as { toJSON: () => unknown }).toJSON())
    return [[`\`${own.join('.')}\``, `\`${shown}\``, comment]]
  })
}
