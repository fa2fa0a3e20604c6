{{/*
What the alerts are made of.
*/}}

{{/*
The pods of this release, as kube-state-metrics knows them. A pod's own name is no key: the API server keeps 58 characters of
<Deployment>-<hash>- and adds 5, so that a name above 46 characters loses its hyphens and at last its own end. The name of the
ReplicaSet is never shortened. A pod is remembered for a while after it is gone.
*/}}
{{- define "lastcall.alerts.owned" -}}
{{- $pattern := `max_over_time(kube_pod_owner{namespace="%s", owner_kind="ReplicaSet", owner_name=~"%s-[a-z0-9]+"}[15m])` -}}
{{- if eq .Values.kind "StatefulSet" -}}
{{- $pattern = `max_over_time(kube_pod_owner{namespace="%s", owner_kind="StatefulSet", owner_name="%s"}[15m])` -}}
{{- end -}}
{{- printf $pattern .Release.Namespace (include "lastcall.fullname" .) -}}
{{- end -}}

{{/* The scrape interval in seconds. */}}
{{- define "lastcall.alerts.interval" -}}
{{- $monitor := ternary .Values.metrics.serviceMonitor .Values.metrics.podMonitor .Values.metrics.serviceMonitor.enabled -}}
{{- divf (include "lastcall.v1.milliseconds" $monitor.interval | float64) 1000 -}}
{{- end -}}

{{/*
Seconds before SIGKILL from which on a pod that was still there counts as killed. Within one scrape interval of it there may have
been no other scrape. But what a drain leaves that took its whole timeout is no sign of a kill.
*/}}
{{- define "lastcall.alerts.killedBelow" -}}
{{- $n := include "lastcall.lifecycle" . | fromJson -}}
{{- $left := sub $n.grace (add $n.preStop $n.shutdownDelay $n.drainTimeout) -}}
{{- minf (include "lastcall.alerts.interval" . | float64) (max 1 $left | float64) -}}
{{- end -}}

{{/* The address of an alert's runbook: the page, and the alert's heading on it. */}}
{{- define "lastcall.alerts.runbook" -}}
{{- $page := .root.Values.metrics.prometheusRule.runbookUrl | default (printf "%s/blob/main/docs/runbooks/alerts.md" .root.Chart.Home) -}}
{{- printf "%s#%s" $page (lower .alert) -}}
{{- end -}}
