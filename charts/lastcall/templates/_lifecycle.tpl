{{/* What the library (charts/lastcall-lib) takes, as JSON. It turns these values into the pod's timing, here and in other charts. */}}
{{- define "lastcall.pod" -}}
{{- dict
  "kubeVersion" .Capabilities.KubeVersion.Version
  "lifecycle" (include "lastcall.times" . | fromJson)
  "probes" .Values.probes
  "probePort" .Values.probePort
  "port" (ternary .Values.port nil .Values.service.enabled)
  "env" (.Values.env | default list)
  "module" (include "lastcall.auto.module" .)
  | toJson -}}
{{- end -}}

{{/*
The times of `lifecycle`, as JSON. Nobody sends requests to a worker, so it waits for no clients unless that is asked for: by
preStop.mode sleep, or by a shutdown delay.
*/}}
{{- define "lastcall.times" -}}
{{- $times := include "lastcall.profile.lifecycle" . | fromJson -}}
{{- if not .Values.service.enabled -}}
{{- $delay := ternary 0 $times.shutdownDelaySeconds (kindIs "invalid" $times.shutdownDelaySeconds) -}}
{{- $_ := set $times "shutdownDelaySeconds" $delay -}}
{{- $_ := set $times "acceptLoss" true -}}
{{- if eq $times.preStop.mode "auto" -}}{{- $_ := set $times "preStop" (dict "mode" "none" "seconds" 0) -}}{{- end -}}
{{- end -}}
{{- if .Values.supervisor.enabled -}}
{{- /* 1 s after the server's last deadline the supervisor ends it, before the kubelet would. */ -}}
{{- $_ := set $times "marginSeconds" (add $times.marginSeconds 1) -}}
{{- /* NODE_OPTIONS would load lastcall/auto into the supervisor as well; it has --auto for the server alone. */ -}}
{{- $_ := set $times "auto" false -}}
{{- end -}}
{{- $needed := (include "lastcall.sidecars.longest" . | fromJson).grace | int -}}
{{- $pod := dict "kubeVersion" .Capabilities.KubeVersion.Version "lifecycle" $times -}}
{{- $sum := (include "lastcall.v1.numbers" $pod | fromJson).sum | int -}}
{{- if and (kindIs "invalid" $times.terminationGracePeriodSeconds) (gt $needed $sum) -}}
{{- $_ := set $times "terminationGracePeriodSeconds" $needed -}}
{{- end -}}
{{- toJson $times -}}
{{- end -}}

{{/* Every number of this release as JSON, in whole seconds. */}}
{{- define "lastcall.lifecycle" -}}
{{- include "lastcall.v1.numbers" (include "lastcall.pod" . | fromJson) -}}
{{- end -}}
