{{/* What the library (charts/lastcall-lib) takes, as JSON. It turns these values into the pod's timing, here and in other charts. */}}
{{- define "lastcall.pod" -}}
{{- dict
  "kubeVersion" .Capabilities.KubeVersion.Version
  "lifecycle" (include "lastcall.profile.lifecycle" . | fromJson)
  "probes" .Values.probes
  "probePort" .Values.probePort
  "port" .Values.port
  "env" (.Values.env | default list)
  "module" (include "lastcall.auto.module" .)
  | toJson -}}
{{- end -}}

{{/* Every number of this release as JSON, in whole seconds. */}}
{{- define "lastcall.lifecycle" -}}
{{- include "lastcall.v1.numbers" (include "lastcall.pod" . | fromJson) -}}
{{- end -}}
