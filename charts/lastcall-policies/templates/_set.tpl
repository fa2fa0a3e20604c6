{{/*
The mutation, in CEL, for MutatingAdmissionPolicy and for Kyverno. One JSON patch: each part of it looks at the
pod as it was before. What is already there is not done again, so a second pass changes nothing.
*/}}

{{/* What `--import` names, as in the application chart. */}}
{{- define "lastcall-policies.module" -}}
{{- ternary "/opt/lastcall/dist/integrations/auto/index.js" "lastcall/auto" (ne .Values.lifecycle.autoImage "") -}}
{{- end -}}

{{/*
The shutdown delay in milliseconds, in CEL. Without a hook clients still have to learn of the pod's end, so it is longer then: the
application chart's numbers.
*/}}
{{- define "lastcall-policies.shutdownDelay" -}}
{{- if kindIs "invalid" .shutdownDelaySeconds -}}
variables.preStop > 0 ? 2000 : 5000
{{- else -}}
{{ mul .shutdownDelaySeconds 1000 }}
{{- end -}}
{{- end -}}

{{/*
How long readiness stays green, in CEL. Without a hook clients are still sent to the pod until its listeners close, and kube-proxy
sends to a terminating pod only while its readiness probe passes (KEP-1669).
*/}}
{{- define "lastcall-policies.readinessFailDelay" -}}
{{- if kindIs "invalid" .readinessFailDelaySeconds -}}
variables.preStop > 0 ? '0s' : variables.shutdownDelay % 1000 == 0
? string(variables.shutdownDelay / 1000) + 's' : string(variables.shutdownDelay) + 'ms'
{{- else -}}
'{{ int .readinessFailDelaySeconds }}s'
{{- end -}}
{{- end -}}

{{/* The server's environment, as a list in CEL. The application chart's names. */}}
{{- define "lastcall-policies.settings" -}}
{{- $in := .Values.lifecycle -}}
{{- /* It is written only to a pod that says no other. */ -}}
{{- $computed := "string(variables.shutdownDelay / 1000) + 's'" -}}
{{- $given := printf "'%ds'" (int $in.shutdownDelaySeconds) -}}
[{'name': 'LASTCALL_PROBE_PORT', 'value': '{{ int .Values.probePort }}'},
{'name': 'LASTCALL_SHUTDOWN_DELAY', 'value': {{ ternary $computed $given (kindIs "invalid" $in.shutdownDelaySeconds) }}},
{'name': 'LASTCALL_READINESS_FAIL_DELAY', 'value': {{ include "lastcall-policies.readinessFailDelay" $in }}},
{'name': 'LASTCALL_DRAIN_TIMEOUT', 'value': '{{ int $in.drainTimeoutSeconds }}s'},
{'name': 'LASTCALL_HOOKS_TIMEOUT', 'value': '{{ int $in.hooksTimeoutSeconds }}s'}]
{{- end -}}

{{- define "lastcall-policies.setVariables" -}}
{{- $in := .Values.lifecycle -}}
{{- $defaults := dict "shutdownDelay" (include "lastcall-policies.shutdownDelay" $in)
  "drainTimeout" (mul $in.drainTimeoutSeconds 1000)
  "hooksTimeout" (mul $in.hooksTimeoutSeconds 1000) -}}
{{ include "lastcall-policies.variables" (dict "defaults" $defaults "preStop" (mul $in.preStop.seconds 1000)) }}
- name: newGrace
  expression: >-
    variables.grace * 1000 >= variables.sum + {{ mul $in.marginSeconds 1000 }} ? variables.grace
    : (variables.sum + {{ mul $in.marginSeconds 1000 }} + 999) / 1000
{{- /* A setting that the container has is kept. */}}
- name: settings
  expression: >-
    {{- include "lastcall-policies.settings" . | nindent 4 }}
    .filter(s, !variables.env.exists(e, e.name == s.name && (has(e.valueFrom) || e.?value.orValue('') != '')))
{{- /* These two say what the pod has, and the pod changes: they follow it. */}}
- name: mirrors
  expression: >-
    ([{'name': 'LASTCALL_GRACE_PERIOD', 'value': string(variables.newGrace) + 's'}]
    + (variables.hook == 'other' ? [] : [{'name': 'LASTCALL_PRE_STOP',
    'value': variables.preStop % 1000 == 0 ? string(variables.preStop / 1000) + 's' : string(variables.preStop) + 'ms'}]))
    .filter(m, !variables.env.exists(e, e.name == m.name && has(e.valueFrom)))
{{- /* The last NODE_OPTIONS is the one that counts. */}}
- name: ownOptions
  expression: >-
    variables.env.filter(e, e.name == 'NODE_OPTIONS')
- name: imports
  expression: >-
    variables.label != 'auto' || variables.ownOptions.exists(e, has(e.valueFrom) || e.?value.orValue('').matches('lastcall[^ ]*/auto'))
    ? [] : [{'name': 'NODE_OPTIONS', 'value': (size(variables.ownOptions) == 0 ? ''
    : variables.ownOptions[size(variables.ownOptions) - 1].?value.orValue('') + ' ')
    + '--import {{ include "lastcall-policies.module" . }}'}]
- name: writes
  expression: variables.settings + variables.mirrors + variables.imports
- name: path
  expression: "'/spec/containers/' + string(variables.index)"
{{- end -}}

{{- define "lastcall-policies.setMutations" -}}
{{- $seconds := int .Values.lifecycle.preStop.seconds -}}
- patchType: JSONPatch
  jsonPatch:
    expression: >-
      [JSONPatch{op: 'add', path: '/spec/terminationGracePeriodSeconds', value: variables.newGrace}]
      + (has(variables.container.env) ? [] : [JSONPatch{op: 'add', path: variables.path + '/env', value: []}])
      + variables.writes.map(w, variables.envNames.lastIndexOf(w.name) < 0
      ? JSONPatch{op: 'add', path: variables.path + '/env/-', value: w}
      : JSONPatch{op: 'add', path: variables.path + '/env/' + string(variables.envNames.lastIndexOf(w.name)) + '/value', value: w.value})
      {{- if gt $seconds 0 }}
      + (variables.hook != 'none' ? []
      : has(variables.container.lifecycle)
      ? [JSONPatch{op: 'add', path: variables.path + '/lifecycle/preStop', value: {'sleep': {'seconds': {{ $seconds }}}}}]
      : [JSONPatch{op: 'add', path: variables.path + '/lifecycle', value: {'preStop': {'sleep': {'seconds': {{ $seconds }}}}}}])
      {{- end }}
      {{- if .Values.lifecycle.autoImage }}
      {{- include "lastcall-policies.copyPatches" . | nindent 6 }}
      {{- end }}
{{- end -}}

{{/* The init container that copies the package, its volume and the mount. It runs as the server does. */}}
{{- define "lastcall-policies.copyPatches" -}}
+ (size(variables.imports) == 0 ? [] :
(has(object.spec.initContainers) ? [] : [JSONPatch{op: 'add', path: '/spec/initContainers', value: []}])
+ (has(object.spec.volumes) ? [] : [JSONPatch{op: 'add', path: '/spec/volumes', value: []}])
+ (has(variables.container.volumeMounts) ? [] : [JSONPatch{op: 'add', path: variables.path + '/volumeMounts', value: []}])
+ [JSONPatch{op: 'add', path: '/spec/volumes/-', value: Object.spec.volumes{name: 'lastcall', emptyDir: Object.spec.volumes.emptyDir{}}},
JSONPatch{op: 'add', path: variables.path + '/volumeMounts/-',
value: Object.spec.containers.volumeMounts{name: 'lastcall', mountPath: '/opt/lastcall', readOnly: true}},
JSONPatch{op: 'add', path: '/spec/initContainers/0', value: Object.spec.initContainers{
name: 'lastcall', image: '{{ .Values.lifecycle.autoImage }}', command: ['node', '--eval',
'const { dirname } = require("node:path");
require("node:fs").cpSync(dirname(require.resolve("lastcall/package.json")), "/opt/lastcall", { recursive: true })'],
volumeMounts: [Object.spec.initContainers.volumeMounts{name: 'lastcall', mountPath: '/opt/lastcall'}]}}]
+ ['imagePullPolicy', 'resources', 'securityContext'].filter(f,
f == 'imagePullPolicy' ? has(variables.container.imagePullPolicy)
: f == 'resources' ? has(variables.container.resources) : has(variables.container.securityContext))
.map(f, JSONPatch{op: 'copy', from: variables.path + '/' + f, path: '/spec/initContainers/0/' + f}))
{{- end -}}
