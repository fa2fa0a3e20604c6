import { type PatchedText, patchManifests } from '../../src/kube/patch-manifests.ts'
import type { PodWishes } from '../../src/kube/patch-pod.ts'
import type { Selection } from '../../src/kube/select.ts'

/** What a test asks for; by default as little as the command line does. */
export type Wishes = Partial<PodWishes & Selection>

/** Patches one text. */
export function patch(text: string, wishes: Wishes = {}): PatchedText {
  const { asked = {}, auto = false, container, names = [], requirements = [] } = wishes
  const texts = [{ name: 'shop.yaml', text }]
  const [patched] = patchManifests(texts, { names, requirements }, { asked, auto, container })
  return patched!
}

/** A Deployment whose container has these lines, and its pod these. */
export function deployment(containerLines = '', podLines = ''): string {
  const indented = (lines: string, by: number): string =>
    lines === '' ? '' : `${lines.replaceAll(/^/gm, ' '.repeat(by))}\n`
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  replicas: 3
  template:
    spec:
${indented(podLines, 6)}      containers:
        - name: app
          image: shop:1
${indented(containerLines, 10)}`
}
