{{/*
What is said after an installation, as a JSON list. These values can be right, so they are not refused: a readiness gate takes the
place of minReadySeconds, and many a shell replaces itself by the last command of its script.
*/}}
{{- define "lastcall.warnings" -}}
{{- $n := include "lastcall.lifecycle" . | fromJson -}}
{{- $warnings := list -}}
{{- if .Values.lifecycle.acceptLoss -}}
{{- $warnings = append $warnings "lifecycle.acceptLoss is true: a rollout of this release may fail requests." -}}
{{- end -}}
{{- if and .Values.service.enabled (gt (int $n.preStop) 0) (eq (int $n.shutdownDelay) 0) -}}
{{- $warnings = append $warnings (print "lifecycle.shutdownDelaySeconds is 0: keep-alive connections are closed without an answer "
  "that has announced it, and a request that is on its way fails. 2 are enough.") -}}
{{- end -}}
{{- if and .Values.service.enabled (eq (include "lastcall.minReadySeconds" . | int) 0) -}}
{{- $warnings = append $warnings "minReadySeconds is 0: an old pod may go before every node and load balancer knows the new one." -}}
{{- end -}}
{{- $words := concat (.Values.command | default list) (.Values.args | default list) -}}
{{- if regexMatch "^(/\\S*/)?(sh|bash|ash|dash) -[a-z]*c " (join " " $words) -}}
{{- if not (regexMatch "(^|[\\s;&|])exec\\s" (index $words 2 | default "")) -}}
{{- $warnings = append $warnings (printf (print "command: %s is the first process and may keep SIGTERM to itself. Write exec "
  "before the command that starts your server: exec node server.js.") (first $words)) -}}
{{- end -}}
{{- end -}}
{{- $surges := and (eq .Values.kind "Deployment") (eq .Values.strategy.type "RollingUpdate") -}}
{{- if and $surges (eq (include "lastcall.replicaFloor" . | int) 1) -}}
{{- $warnings = append $warnings (print "One replica: a rollout adds the new pod first, "
  "but a node drain or a node's loss takes the only one away. There is no PodDisruptionBudget, "
  "because it would block every node drain.") -}}
{{- end -}}
{{- $scraped := or .Values.metrics.podMonitor.enabled .Values.metrics.serviceMonitor.enabled .Values.metrics.scrapeAnnotations -}}
{{- if and $scraped .Values.networkPolicy.enabled (not .Values.networkPolicy.probesFrom) -}}
{{- $warnings = append $warnings
  "networkPolicy.probesFrom is empty: unless another policy lets Prometheus reach the probe port, nothing is scraped." -}}
{{- end -}}
{{- toJson (concat $warnings (include "lastcall.warnings.rollout" . | fromJsonArray)
  (include "lastcall.profile.warnings" . | fromJsonArray)) -}}
{{- end -}}
