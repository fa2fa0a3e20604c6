import type { Answered, Asked, Protocol, Question } from './protocol.ts'

type Answers = {
  readonly [Q in Question]?: (
    detail: Protocol[Q]['ask'],
  ) => Protocol[Q]['answer'] | Promise<Protocol[Q]['answer']>
}

/** Makes this process answer its parent's questions, and end when the parent is gone. */
export function answerQuestions(answers: Answers): void {
  process.on('message', (message) => void answerOne(answers, message as Asked))
  process.once('disconnect', () => process.exit())
}

async function answerOne(answers: Answers, { id, question, detail }: Asked): Promise<void> {
  const answer = answers[question] as ((detail: unknown) => unknown) | undefined
  try {
    if (!answer) throw new Error(`this child does not know the question ${question}`)
    send({ id, answer: await answer(detail) })
  } catch (error) {
    send({ id, error: error instanceof Error ? error.message : String(error) })
  }
}

function send(message: Answered): void {
  process.send?.(message)
}
