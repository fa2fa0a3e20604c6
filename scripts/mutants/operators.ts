import { childOf, parseSource, type SyntaxNode, walk } from './syntax.ts'

/** One change of one file that a test should notice. */
export interface Mutant {
  readonly file: string
  readonly line: number
  /** What the change is. */
  readonly kind: string
  readonly start: number
  readonly end: number
  readonly replacement: string
}

interface Change {
  readonly kind: string
  readonly node: SyntaxNode
  readonly replacement: string
}

type Operator = (node: SyntaxNode, parent: SyntaxNode | undefined, text: string) => readonly Change[]

const swappedOperators: Readonly<Record<string, string>> = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '===': '!==',
  '!==': '===',
  '+': '-',
  '-': '+',
  '*': '/',
  '/': '*',
  '%': '*',
  '&&': '||',
  '||': '&&',
  '+=': '-=',
  '-=': '+=',
  '++': '--',
  '--': '++',
}

const swappedMethods: Readonly<Record<string, string>> = {
  min: 'max',
  max: 'min',
  some: 'every',
  every: 'some',
  ceil: 'floor',
  floor: 'ceil',
}

const textOf = (node: SyntaxNode, text: string): string => text.slice(node.start, node.end)
const isText = (node: SyntaxNode | undefined): boolean =>
  node?.type === 'TemplateLiteral' || (node?.type === 'Literal' && typeof node['value'] === 'string')

/** `===` is swapped and `!` is dropped elsewhere: to negate those as well would be the same mutant. */
const isNegatedElsewhere = (node: SyntaxNode): boolean =>
  (node.type === 'BinaryExpression' && /^[!=]==$/.test(String(node['operator']))) ||
  (node.type === 'UnaryExpression' && node['operator'] === '!')

const negateConditions: Operator = (node, _, text) => {
  const condition = childOf(node, 'test')
  if (!condition || node.type === 'SwitchCase' || isNegatedElsewhere(condition)) return []
  return [{ kind: 'negate condition', node: condition, replacement: `!(${textOf(condition, text)})` }]
}

const swapOperators: Operator = (node, _, text) => {
  const [left, right] = [childOf(node, 'left'), childOf(node, 'right')]
  const operator = String(node['operator'])
  if (node.type === 'LogicalExpression' && operator === '??' && left) {
    return [{ kind: 'drop ??', node, replacement: textOf(left, text) }]
  }
  if (node.type === 'UnaryExpression' && operator === '!') {
    const operand = childOf(node, 'argument')
    return operand ? [{ kind: 'drop !', node, replacement: `(${textOf(operand, text)})` }] : []
  }
  const swapped = swappedOperators[operator]
  if (swapped === undefined || !/^(Binary|Logical|Assignment|Update)Expression$/.test(node.type)) return []
  if (operator === '+' && (isText(left) || isText(right))) return []
  const replacement =
    left && right
      ? `${textOf(left, text)} ${swapped} ${textOf(right, text)}`
      : textOf(node, text).replace(operator, swapped)
  return [{ kind: `${operator} becomes ${swapped}`, node, replacement }]
}

const changeConstants: Operator = (node, parent) => {
  if (node.type !== 'Literal' || parent?.type === 'TSLiteralType') return []
  const { value } = node
  if (typeof value === 'boolean') return [{ kind: 'change constant', node, replacement: String(!value) }]
  if (typeof value !== 'number') return []
  return [{ kind: 'change constant', node, replacement: value === 0 ? '1' : '0' }]
}

const dropStatements: Operator = (node) => {
  const expression = childOf(node, 'expression')
  if (node.type !== 'ExpressionStatement' || !expression || typeof node['directive'] === 'string') return []
  if (expression.type === 'UpdateExpression' || childOf(expression, 'callee')?.type === 'Super') return []
  return [{ kind: 'drop statement', node, replacement: ';void 0' }]
}

const emptyBodies: Operator = (node, parent, text) => {
  const body = childOf(node, 'body')
  if (!/Function/.test(node.type) || !body || parent?.['kind'] === 'constructor') return []
  if (body.type === 'BlockStatement') {
    // A body of one statement is emptied where the statement is dropped.
    const statements = body['body'] as readonly SyntaxNode[]
    const isDroppedElsewhere = statements.length === 1 && statements[0]?.type === 'ExpressionStatement'
    return statements.length === 0 || isDroppedElsewhere
      ? []
      : [{ kind: 'empty body', node: body, replacement: '{}' }]
  }
  const isCall =
    /^(Call|Await|Assignment)Expression$/.test(body.type) || textOf(body, text).startsWith('void ')
  return isCall ? [{ kind: 'empty body', node: body, replacement: 'undefined' }] : []
}

const swapMethods: Operator = (node, _, text) => {
  const callee = childOf(node, 'callee')
  const [object, property] = callee ? [childOf(callee, 'object'), childOf(callee, 'property')] : []
  if (node.type !== 'CallExpression' || !object || property?.type !== 'Identifier') return []
  const name = String(property['name'])
  if (name === 'filter' || name === 'unref') {
    return [{ kind: `drop ${name}()`, node, replacement: textOf(object, text) }]
  }
  const swapped = swappedMethods[name]
  return swapped === undefined
    ? []
    : [{ kind: `${name} becomes ${swapped}`, node: property, replacement: swapped }]
}

const operators: readonly Operator[] = [
  negateConditions,
  swapOperators,
  changeConstants,
  dropStatements,
  emptyBodies,
  swapMethods,
]

/** All mutants of a file, in the order of its lines. */
export function mutantsOf(file: string, text: string): readonly Mutant[] {
  const found: Mutant[] = []
  for (const [node, parent] of walk(parseSource(file, text))) {
    for (const operator of operators) {
      for (const { kind, node: changed, replacement } of operator(node, parent, text)) {
        const { start, end } = changed
        const line = text.slice(0, start).split('\n').length
        found.push({ file, line, kind, start, end, replacement })
      }
    }
  }
  return found.toSorted((one, other) => one.start - other.start)
}

/** The file with the change in it. */
export function applyMutant({ start, end, replacement }: Mutant, text: string): string {
  return text.slice(0, start) + replacement + text.slice(end)
}
