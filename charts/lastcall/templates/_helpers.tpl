{{/*
Names and labels, nothing else.
An installed release is one application, so its objects are named after the release; in a parent chart, where several
copies can live in one release (aliases), the chart's name or alias is added.
*/}}
{{- define "lastcall.name" -}}
{{- $own := ternary .Release.Name .Chart.Name .Chart.IsRoot -}}
{{- .Values.nameOverride | default $own | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "lastcall.fullname" -}}
{{- $own := ternary .Release.Name (printf "%s-%s" .Release.Name .Chart.Name) .Chart.IsRoot -}}
{{- .Values.fullnameOverride | default $own | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "lastcall.serviceAccountName" -}}
{{- $own := ternary (include "lastcall.fullname" .) "default" .Values.serviceAccount.create -}}
{{- .Values.serviceAccount.name | default $own -}}
{{- end -}}

{{- define "lastcall.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}{{ .repository }}@{{ .digest }}{{- else -}}{{ .repository }}:{{ .tag }}{{- end -}}
{{- end -}}
{{- end -}}

{{/* A Deployment's selector cannot be changed later: nothing that varies may go in here. */}}
{{- define "lastcall.selectorLabels" -}}
app.kubernetes.io/name: {{ include "lastcall.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{/* The version is the application's, not this chart's. A tag can be longer than a label and end in what a label cannot. */}}
{{- define "lastcall.labels" -}}
{{ include "lastcall.selectorLabels" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- with .Values.image.tag | default "" | toString | trunc 63 | trimAll "-_." }}
app.kubernetes.io/version: {{ . | quote }}
{{- end }}
{{- end -}}

{{/* The chart's own version is not on the pods: a new chart that changes nothing must not restart anything. */}}
{{- define "lastcall.podLabels" -}}
{{- $own := include "lastcall.selectorLabels" . | fromYaml -}}
{{- mergeOverwrite (dict) (.Values.commonLabels | default dict) (.Values.podLabels | default dict) $own | toYaml -}}
{{- end -}}

{{- define "lastcall.podAnnotations" -}}
{{- $own := dict -}}
{{- if .Values.metrics.scrapeAnnotations -}}
{{- $own = dict "prometheus.io/scrape" "true" "prometheus.io/port" (toString (int .Values.probePort)) "prometheus.io/path" "/metrics" -}}
{{- end -}}
{{- with include "lastcall.configChecksum" . -}}{{- $_ := set $own "checksum/config" . -}}{{- end -}}
{{- $profile := include "lastcall.profile.annotations" (dict "root" . "key" "podAnnotations") | fromJson -}}
{{- with mergeOverwrite $own $profile (.Values.commonAnnotations | default dict) (.Values.podAnnotations | default dict) -}}
{{- toYaml . -}}{{- end -}}
{{- end -}}
