{{/*
Value of terminationGracePeriodSeconds. Checked here as well: a chart that forgets the check must not get a sum that does not
add up.
*/}}
{{- define "lastcall.v1.gracePeriod" -}}
{{- include "lastcall.v1.check" . -}}
{{- $n := include "lastcall.v1.numbers" . | fromJson -}}
{{- int $n.grace -}}
{{- end -}}

{{/* Entry of a container's `ports`. */}}
{{- define "lastcall.v1.ports" -}}
{{- $input := include "lastcall.v1.input" . | fromJson -}}
- name: probes
  containerPort: {{ int $input.probePort }}
  protocol: TCP
{{- end -}}

{{/* The container's `lifecycle`; nothing when there is nothing to wait for (the API server refuses 0 before 1.33). */}}
{{- define "lastcall.v1.preStop" -}}
{{- $n := include "lastcall.v1.numbers" . | fromJson -}}
{{- if gt (int $n.preStop) 0 -}}
lifecycle:
  preStop:
    sleep:
      seconds: {{ int $n.preStop }}
{{- end -}}
{{- end -}}

{{/*
The container's three probes. httpGet only: exec readiness probes report nothing on a terminating pod of Kubernetes 1.35
(kubernetes/kubernetes#140881).
*/}}
{{- define "lastcall.v1.probes" -}}
{{- $probes := (include "lastcall.v1.input" . | fromJson).probes -}}
{{- $out := dict -}}
{{- range $name, $path := dict "startup" "/startupz" "readiness" "/readyz" "liveness" "/livez" -}}
{{- $probe := dict "httpGet" (dict "path" $path "port" "probes") -}}
{{- range $key, $value := index $probes $name -}}{{- $_ := set $probe $key (int $value) -}}{{- end -}}
{{- $_ := set $out (printf "%sProbe" $name) $probe -}}
{{- end -}}
{{- toYaml $out -}}
{{- end -}}
