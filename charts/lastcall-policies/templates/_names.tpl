{{/* The label by which a pod asks to be looked at, and the annotation that names its server's container. */}}
{{- define "lastcall-policies.label" -}}lastcall.dev/policy{{- end -}}
{{- define "lastcall-policies.annotation" -}}lastcall.dev/container{{- end -}}

{{/* Policies are cluster-wide, so they are named after the release. */}}
{{- define "lastcall-policies.labels" -}}
app.kubernetes.io/name: lastcall-policies
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{/* Which pods, at their creation; `.words` are the values of the label, none for any. */}}
{{- define "lastcall-policies.match" -}}
resourceRules:
  - apiGroups: ['']
    apiVersions: [v1]
    operations: [CREATE]
    resources: [pods]
objectSelector:
  matchExpressions:
    - key: {{ include "lastcall-policies.label" . }}
      {{- if .words }}
      operator: In
      values: {{ .words | toJson }}
      {{- else }}
      operator: Exists
      {{- end }}
{{- with .root.Values.namespaceSelector }}
namespaceSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
