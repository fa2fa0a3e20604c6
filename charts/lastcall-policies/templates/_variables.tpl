{{/*
The arithmetic, in CEL, once for all engines: what lastcall's src/core/budget.ts and the application chart compute.
Times are milliseconds, and `getMilliseconds` may be the whole duration or its last part (the language and its
implementation in Go differ): the sum of seconds and rest is right for both.
The numbers of a pod are integers for the API server, and can be floating for Kyverno: `int` is right for both.
*/}}

{{/* One of the pod's own numbers, else the default. `.variable`, `.env`, `.ms` (CEL). */}}
{{- define "lastcall-policies.number" -}}
- name: {{ .variable }}
  expression: >-
    [[{{ .ms }}] + variables.readable.filter(e, e.name == '{{ .env }}').map(e, duration(e.value))
    .map(d, d.getSeconds() * 1000 + d.getMilliseconds() % 1000)].map(list, list[size(list) - 1])[0]
{{- end -}}

{{/*
What validations and mutations share. `.defaults` are the milliseconds, in CEL, of a number that the pod does not have.
The last entry of a name counts, as for the kubelet; an empty one is none, as for lastcall.
*/}}
{{- define "lastcall-policies.variables" -}}
- name: label
  expression: object.metadata.labels['{{ include "lastcall-policies.label" . }}']
- name: names
  expression: object.spec.containers.map(c, c.name)
{{- /* A second pass has to find the container of the first one, also behind a sidecar that was put in front. */}}
- name: wanted
  expression: >-
    object.metadata.?annotations['{{ include "lastcall-policies.annotation" . }}'].orValue((object.spec.containers
    .filter(c, has(c.env) && c.env.exists(e, e.name.startsWith('LASTCALL_'))).map(c, c.name) + variables.names)[0])
- name: index
  expression: 'variables.wanted in variables.names ? variables.names.indexOf(variables.wanted) : 0'
- name: container
  expression: object.spec.containers[variables.index]
- name: env
  expression: 'has(variables.container.env) ? variables.container.env : []'
- name: envNames
  expression: variables.env.map(e, e.name)
- name: timings
  expression: >-
    variables.env.filter(e, e.name in ['LASTCALL_PRE_STOP', 'LASTCALL_SHUTDOWN_DELAY', 'LASTCALL_DRAIN_TIMEOUT',
    'LASTCALL_HOOKS_TIMEOUT', 'LASTCALL_GRACE_PERIOD'] && (has(e.valueFrom) || e.?value.orValue('') != ''))
- name: readable
  expression: >-
    variables.timings.filter(e, !has(e.valueFrom) && e.value.matches('^(0|[0-9]{1,9}([.][0-9]{1,9})?(ms|s|m|h))$'))
- name: hook
  expression: >-
    !has(variables.container.lifecycle) || !has(variables.container.lifecycle.preStop) ? 'none'
    : has(variables.container.lifecycle.preStop.sleep) ? 'sleep' : 'other'
{{ include "lastcall-policies.number" (dict "variable" "told" "env" "LASTCALL_PRE_STOP" "ms" 0) }}
- name: preStop
  expression: >-
    variables.hook == 'sleep' ? int(variables.container.lifecycle.preStop.sleep.seconds) * 1000
    : variables.hook == 'none' ? {{ .preStop }} : variables.told
{{ include "lastcall-policies.number" (dict "variable" "shutdownDelay" "env" "LASTCALL_SHUTDOWN_DELAY" "ms" .defaults.shutdownDelay) }}
{{ include "lastcall-policies.number" (dict "variable" "drainTimeout" "env" "LASTCALL_DRAIN_TIMEOUT" "ms" .defaults.drainTimeout) }}
{{ include "lastcall-policies.number" (dict "variable" "hooksTimeout" "env" "LASTCALL_HOOKS_TIMEOUT" "ms" .defaults.hooksTimeout) }}
- name: sum
  expression: variables.preStop + variables.shutdownDelay + variables.drainTimeout + variables.hooksTimeout
- name: grace
  expression: int(object.spec.?terminationGracePeriodSeconds.orValue(30))
{{- end -}}
