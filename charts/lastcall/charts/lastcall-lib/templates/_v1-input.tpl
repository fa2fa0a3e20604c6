{{/*
What the templates take: one dict, the same for all of them, in which only kubeVersion is required.

  kubeVersion   .Capabilities.KubeVersion.Version
  lifecycle     times, as in the defaults below
  probes        startup, readiness and liveness, as in the defaults below
  probePort     port of the probe server
  port          port that the server listens on; without it PORT is not set
  env           your own environment, which env writes after that of lastcall
  module        what lifecycle.auto imports
  path          where lifecycle is in your values, for messages

The names carry a version, because all charts of a release share one set of names: a release may have charts that bring different
versions of this library. What a name takes and writes stays what it is.
*/}}

{{- define "lastcall.v1.defaults" -}}
path: lifecycle
probePort: 8081
port: null
env: []
module: lastcall/auto
kubeVersion: null
lifecycle:
  preStop:
    mode: auto
    seconds: 5
  shutdownDelaySeconds: null
  readinessFailDelaySeconds: null
  drainTimeoutSeconds: 15
  hooksTimeoutSeconds: 5
  marginSeconds: 3
  terminationGracePeriodSeconds: null
  acceptLoss: false
  auto: false
probes:
  startup:
    periodSeconds: 1
    timeoutSeconds: 1
    failureThreshold: 60
  readiness:
    periodSeconds: 2
    timeoutSeconds: 1
    failureThreshold: 2
  liveness:
    periodSeconds: 10
    timeoutSeconds: 5
    failureThreshold: 3
{{- end -}}

{{/* `defaults` with what is given in their place, as JSON. Not merge, which takes 0 and false for absent. */}}
{{- define "lastcall.v1.filled" -}}
{{- $given := .given | default dict -}}
{{- $out := dict -}}
{{- range $key, $default := .defaults -}}
{{- $value := ternary (index $given $key) nil (hasKey $given $key) -}}
{{- if kindIs "map" $default -}}
{{- $value = include "lastcall.v1.filled" (dict "given" $value "defaults" $default) | fromJson -}}
{{- else if kindIs "invalid" $value -}}
{{- $value = $default -}}
{{- end -}}
{{- $_ := set $out $key $value -}}
{{- end -}}
{{- toJson $out -}}
{{- end -}}

{{/* The dict with every default in it, as JSON. */}}
{{- define "lastcall.v1.input" -}}
{{- if not .kubeVersion -}}
{{- fail "\nlastcall-lib: kubeVersion is missing: pass \"kubeVersion\" .Capabilities.KubeVersion.Version in the dict" -}}
{{- end -}}
{{- include "lastcall.v1.filled" (dict "given" . "defaults" (include "lastcall.v1.defaults" . | fromYaml)) -}}
{{- end -}}
