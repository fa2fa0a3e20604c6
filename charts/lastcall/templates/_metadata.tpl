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
its environment once.
*/}}
{{- define "lastcall.configChecksum" -}}
{{- $config := list -}}
{{- range .Values.extraObjects -}}
{{- $object := include "lastcall.extraObject" (dict "root" $ "object" .) | fromYaml -}}
{{- if has $object.kind (list "ConfigMap" "Secret") -}}{{- $config = append $config $object -}}{{- end -}}
{{- end -}}
{{- if and .Values.configChecksum $config -}}{{- toJson $config | sha256sum -}}{{- end -}}
{{- end -}}

{{/* An entry of extraObjects with its templates filled in; it is a map, or text. */}}
{{- define "lastcall.extraObject" -}}
{{- tpl (ternary .object (toYaml .object) (kindIs "string" .object)) .root -}}
{{- end -}}
