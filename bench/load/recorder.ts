/** Records requests in a process of its own, whose memory nothing else uses. Needs `--expose-gc`. */
import { answerQuestions } from '../answers.ts'
import { recordMany } from './memory.ts'

answerQuestions({
  footprint(requests) {
    const { gc } = globalThis
    if (!gc) throw new Error('needs node --expose-gc')
    return recordMany(requests, () => {
      gc()
    })
  },
})
