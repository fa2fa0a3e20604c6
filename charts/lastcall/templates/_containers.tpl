{{/* Containers beside the server: init containers, and sidecars, which are init containers that never end (KEP-753). */}}

{{/*
All of them in their order, as a JSON list. Sidecars come first, so that an init container can use them, such as a database's
proxy.
*/}}
{{- define "lastcall.containers" -}}
{{- $all := list -}}
{{- range .Values.sidecars -}}
{{- $all = append $all (merge (dict "restartPolicy" "Always") .) -}}
{{- end -}}
{{- toJson (concat $all (.Values.initContainers | default list)) -}}
{{- end -}}

{{/* The sidecars among them, which run beside the server, as a JSON list. */}}
{{- define "lastcall.sidecars" -}}
{{- $sidecars := list -}}
{{- range include "lastcall.containers" . | fromJsonArray -}}
{{- if eq (.restartPolicy | default "") "Always" -}}{{- $sidecars = append $sidecars . -}}{{- end -}}
{{- end -}}
{{- toJson $sidecars -}}
{{- end -}}

{{/* The pod's `initContainers`; nothing without one. The server's security context is theirs as well, unless they have one. */}}
{{- define "lastcall.initContainers" -}}
{{- $all := (include "lastcall.auto.initContainers" . | fromYaml).initContainers | default list -}}
{{- range include "lastcall.containers" . | fromJsonArray -}}
{{- if and $.Values.containerSecurityContext (not .securityContext) -}}
{{- $_ := set . "securityContext" $.Values.containerSecurityContext -}}
{{- end -}}
{{- $all = append $all . -}}
{{- end -}}
{{- with $all -}}
initContainers:
  {{- toYaml . | nindent 2 }}
{{- end -}}
{{- end -}}

{{/*
The sidecar whose preStop hook sleeps longest, as JSON: its name, and the grace period that it needs. The hook starts with the server's
own, and the kubelet's clock is the same for both.
*/}}
{{- define "lastcall.sidecars.longest" -}}
{{- $longest := dict "name" "" "seconds" 0 "grace" 0 -}}
{{- range include "lastcall.sidecars" . | fromJsonArray -}}
{{- $hook := (.lifecycle | default dict).preStop | default dict -}}
{{- $seconds := ($hook.sleep | default dict).seconds | int -}}
{{- if gt $seconds (int $longest.seconds) -}}
{{- $longest = dict "name" .name "seconds" $seconds "grace" (add $seconds $.Values.lifecycle.marginSeconds) -}}
{{- end -}}
{{- end -}}
{{- toJson $longest -}}
{{- end -}}

{{/* What is wrong with them, as a JSON list. */}}
{{- define "lastcall.check.containers" -}}
{{- $problems := list -}}
{{- $names := list "app" -}}
{{- if and .Values.lifecycle.auto .Values.lifecycle.autoImage -}}{{- $names = append $names "lastcall" -}}{{- end -}}
{{- range include "lastcall.containers" . | fromJsonArray -}}
{{- if has .name $names -}}
{{- $problems = append $problems (printf (print "initContainers and sidecars: there is a container %s already; "
  "give each a name of its own (app is the server's, lastcall that of lifecycle.autoImage)") .name) -}}
{{- end -}}
{{- $names = append $names .name -}}
{{- if eq (.restartPolicy | default "") "Always" -}}
{{- if semverCompare "<1.29.0-0" $.Capabilities.KubeVersion.Version -}}
{{- $problems = append $problems (printf (print "sidecars: Kubernetes %s has no native sidecars (1.29 has): "
  "it would wait for the end of %s before it starts your server; leave it out") $.Capabilities.KubeVersion.Version .name) -}}
{{- end -}}
{{- if and (hasKey ((.lifecycle | default dict).preStop | default dict) "sleep")
  (semverCompare "<1.30.0-0" $.Capabilities.KubeVersion.Version) -}}
{{- $problem := "sidecars: the preStop hook of %s is sleep, and Kubernetes %s has no sleep action (1.30 has): " -}}
{{- $remedy := "the API server would drop the hook without a word; replace it by an exec hook, or leave it out" -}}
{{- $problems = append $problems (printf (print $problem $remedy) .name $.Capabilities.KubeVersion.Version) -}}
{{- end -}}
{{- else -}}
{{- $container := . -}}
{{- range list "lifecycle" "livenessProbe" "readinessProbe" "startupProbe" -}}
{{- if hasKey $container . -}}
{{- $problems = append $problems (printf
  "initContainers: %s has a %s, which the API server takes of sidecars only; move the container to sidecars, or leave it out"
  $container.name .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $longest := include "lastcall.sidecars.longest" . | fromJson -}}
{{- $grace := (include "lastcall.lifecycle" . | fromJson).grace | int -}}
{{- if gt (int $longest.grace) $grace -}}
{{- $problems = append $problems (printf (print "lifecycle.terminationGracePeriodSeconds is %d, "
  "and the preStop hook of sidecar %s sleeps %d s of it, with a margin of %d: SIGKILL would end the rest; "
  "set it to at least %d, or to null to have it computed")
  $grace $longest.name (int $longest.seconds) (int .Values.lifecycle.marginSeconds) (int $longest.grace)) -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}
