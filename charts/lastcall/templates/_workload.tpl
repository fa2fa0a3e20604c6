{{/* How a rollout replaces pods, and what is wrong with it: a Deployment and a StatefulSet differ in nothing else. */}}

{{- define "lastcall.rollout.Deployment" -}}
progressDeadlineSeconds: {{ int .Values.progressDeadlineSeconds }}
strategy:
  type: {{ .Values.strategy.type }}
  {{- if eq .Values.strategy.type "RollingUpdate" }}
  rollingUpdate:
    maxUnavailable: {{ .Values.strategy.maxUnavailable }}
    maxSurge: {{ .Values.strategy.maxSurge }}
  {{- end }}
{{- end -}}

{{/* Without a Service its pods have no names in DNS; the API server takes a name that leads nowhere. */}}
{{- define "lastcall.rollout.StatefulSet" -}}
serviceName: {{ include "lastcall.governingService" . }}
podManagementPolicy: {{ .Values.statefulSet.podManagementPolicy }}
updateStrategy:
  type: RollingUpdate
{{- with .Values.statefulSet.volumeClaimTemplates }}
volumeClaimTemplates:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* The Service that gives each pod of a StatefulSet a name: the release's own where that is headless, else one more. */}}
{{- define "lastcall.governingService" -}}
{{- include "lastcall.fullname" . -}}{{- if not .Values.service.headless -}}-headless{{- end -}}
{{- end -}}

{{/*
The name of a StatefulSet is in the label controller-revision-hash of its pods, with a hyphen and up to 10 characters. A longer one has
no pods at all (kubernetes/kubernetes#64023).
*/}}
{{- define "lastcall.check.statefulSet" -}}
{{- $problems := list -}}
{{- if eq .Values.kind "StatefulSet" -}}
{{- $fullname := include "lastcall.fullname" . -}}
{{- if gt (len $fullname) 52 -}}
{{- $problems = append $problems (printf
  "%s has %d characters, and with more than 52 a StatefulSet gets no pods (kubernetes/kubernetes#64023): set fullnameOverride"
  $fullname (len $fullname)) -}}
{{- end -}}
{{- if eq .Values.strategy.type "Recreate" -}}
{{- $problems = append $problems (print "strategy.type is Recreate and kind StatefulSet, which has no such strategy: "
  "set strategy.type to RollingUpdate; a StatefulSet replaces one pod at a time") -}}
{{- end -}}
{{- else if .Values.statefulSet.volumeClaimTemplates -}}
{{- $problems = append $problems
  "statefulSet.volumeClaimTemplates is set and kind is Deployment, which has none: set kind to StatefulSet, or use extraVolumes" -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{/* What a rollout of this release costs whatever its times are, as a JSON list. A worker has no client that would notice. */}}
{{- define "lastcall.warnings.rollout" -}}
{{- $warnings := list -}}
{{- $n := include "lastcall.lifecycle" . | fromJson -}}
{{- $replicas := include "lastcall.replicaFloor" . | int -}}
{{- if .Values.service.enabled -}}
{{- if eq .Values.strategy.type "Recreate" -}}
{{- $warnings = append $warnings
  "strategy.type is Recreate: every rollout has an outage, because new pods start only after all old pods have ended." -}}
{{- end -}}
{{- if and (eq .Values.kind "StatefulSet") (eq $replicas 1) -}}
{{- $warnings = append $warnings (printf (print "A StatefulSet with one replica: every rollout has an outage, "
  "because the new pod starts only after the old one has ended, which may take %d s.") (int $n.grace)) -}}
{{- else if eq .Values.kind "StatefulSet" -}}
{{- $warnings = append $warnings (printf (print "A StatefulSet has no surge: in a rollout one replica is missing at a time, "
  "for up to %d s (grace period) and the start of its replacement. The others have to carry the load.") (int $n.grace)) -}}
{{- end -}}
{{- end -}}
{{- range include "lastcall.containers" . | fromJsonArray -}}
{{- $hook := (.lifecycle | default dict).preStop -}}
{{- if and $hook (not (hasKey $hook "sleep")) -}}
{{- $warnings = append $warnings (printf (print "sidecars: nobody can tell how long the preStop hook of %s takes. It starts with "
  "that of your server, and the grace period of %d s has to cover it.") .name (int $n.grace)) -}}
{{- end -}}
{{- end -}}
{{- toJson $warnings -}}
{{- end -}}
