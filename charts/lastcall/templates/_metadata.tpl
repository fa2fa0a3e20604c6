{{/*
The `metadata` of an object: root, and its own name, labels and annotations where it has any. The nearer ones win: those of the object
over the common ones, and both over the chart's.
*/}}
{{- define "lastcall.metadata" -}}
{{- $common := .root.Values.commonLabels | default dict -}}
{{- $annotations := mergeOverwrite (dict) (.root.Values.commonAnnotations | default dict) (.annotations | default dict) -}}
name: {{ .name | default (include "lastcall.fullname" .root) | quote }}
namespace: {{ .root.Release.Namespace | quote }}
labels:
  {{- mergeOverwrite (include "lastcall.labels" .root | fromYaml) $common (.labels | default dict) | toYaml | nindent 2 }}
{{- with $annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/*
The checksum of the ConfigMaps and Secrets in extraObjects, so that a change of them is a rollout; empty without one. A process reads
its environment once. One that the supervisor watches restarts in place, and needs no rollout.
*/}}
{{- define "lastcall.configChecksum" -}}
{{- $watched := include "lastcall.supervisor.watched" . | fromJsonArray -}}
{{- $config := list -}}
{{- range .Values.extraObjects -}}
{{- $text := include "lastcall.extraObject" (dict "root" $ "object" .) -}}
{{- range regexSplit "(?m)^---" $text -1 -}}
{{- $object := fromYaml . -}}
{{- $name := printf "%s/%s" $object.kind (($object.metadata | default dict).name | default "") -}}
{{- if and (has $object.kind (list "ConfigMap" "Secret")) (not (has $name $watched)) -}}{{- $config = append $config $object -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- if and .Values.configChecksum $config -}}{{- toJson $config | sha256sum -}}{{- end -}}
{{- end -}}

{{/* An entry of extraObjects with its templates filled in; it is a map, or text with one or more documents. */}}
{{- define "lastcall.extraObject" -}}
{{- if kindIs "string" .object -}}
{{- tpl .object .root -}}
{{- else -}}
{{- (include "lastcall.filled" (dict "root" .root "value" .object) | fromJson).value | toYaml -}}
{{- end -}}
{{- end -}}

{{/*
A value with the templates in its texts and keys filled in, as JSON below `value`. YAML would fold a long text, and its template
with it.
*/}}
{{- define "lastcall.filled" -}}
{{- $root := .root -}}
{{- $out := .value -}}
{{- if kindIs "map" .value -}}
{{- $out = dict -}}
{{- range $key, $value := .value -}}
{{- $_ := set $out (tpl $key $root) (include "lastcall.filled" (dict "root" $root "value" $value) | fromJson).value -}}
{{- end -}}
{{- else if kindIs "slice" .value -}}
{{- $out = list -}}
{{- range .value -}}
{{- $out = append $out (include "lastcall.filled" (dict "root" $root "value" .) | fromJson).value -}}
{{- end -}}
{{- else if kindIs "string" .value -}}
{{- $out = tpl .value $root -}}
{{- end -}}
{{- dict "value" $out | toJson -}}
{{- end -}}
