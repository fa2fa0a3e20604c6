{{/*
What the container is given besides its times: command, volumes, resources.
*/}}

{{/* The library looks at the rest of `env`. */}}
{{- define "lastcall.check.env" -}}
{{- $problems := list -}}
{{- range .Values.env -}}
{{- if eq .name "POD_NAME" -}}
{{- $problems = append $problems "env: POD_NAME is set to the pod's name by the chart; leave it out" -}}
{{- end -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{/* npm and its like start a shell that keeps SIGTERM to itself, so that every pod ends with SIGKILL. */}}
{{- define "lastcall.check.command" -}}
{{- $problems := list -}}
{{- $words := concat (.Values.command | default list) (.Values.args | default list) -}}
{{- $runners := list "npm" "npx" "yarn" "pnpm" -}}
{{- $first := "" -}}
{{- range splitList " " (join " " $words) -}}
{{- if and (not $first) (has (base .) (append $runners "node")) -}}{{- $first = base . -}}{{- end -}}
{{- end -}}
{{- if and (has $first $runners) (not .Values.lifecycle.acceptLoss) -}}
{{- $problems = append $problems (printf (print "command: %s starts your server in a shell that does not pass SIGTERM on, "
  "so every shutdown would end with SIGKILL; start node itself ([node, server.js]), or set lifecycle.acceptLoss to true")
  $first) -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{/* The API server refuses the Deployment for each of these, when the rest of the release is installed already. */}}
{{- define "lastcall.check.volumes" -}}
{{- $problems := list -}}
{{- $volumes := list -}}
{{- $paths := list -}}
{{- if .Values.tmp.enabled -}}
{{- $volumes = append $volumes "tmp" -}}
{{- $paths = append $paths "/tmp" -}}
{{- end -}}
{{- if and .Values.lifecycle.auto .Values.lifecycle.autoImage -}}
{{- $volumes = append $volumes "lastcall" -}}
{{- $paths = append $paths "/opt/lastcall" -}}
{{- end -}}
{{- if eq .Values.kind "StatefulSet" -}}
{{- range .Values.statefulSet.volumeClaimTemplates -}}
{{- if has .metadata.name $volumes -}}
{{- $problem := "statefulSet.volumeClaimTemplates: there is a volume %s already, and the claim would take its place; " -}}
{{- $remedy := "give it another name (with tmp.enabled the chart has tmp, with lifecycle.autoImage lastcall)" -}}
{{- $problems = append $problems (printf (print $problem $remedy) .metadata.name) -}}
{{- end -}}
{{- $volumes = append $volumes .metadata.name -}}
{{- end -}}
{{- end -}}
{{- range .Values.extraVolumes -}}
{{- if has .name $volumes -}}
{{- $problems = append $problems (printf (print "extraVolumes: there is a volume %s already; "
  "give each a name of its own (with tmp.enabled the chart has tmp, with lifecycle.autoImage lastcall)") .name) -}}
{{- end -}}
{{- $volumes = append $volumes .name -}}
{{- end -}}
{{- range .Values.extraVolumeMounts -}}
{{- if not (has .name $volumes) -}}
{{- $problems = append $problems (printf "extraVolumeMounts: there is no volume %s to mount at %s; add it to extraVolumes"
  .name .mountPath) -}}
{{- end -}}
{{- if has (clean .mountPath) $paths -}}
{{- $problems = append $problems (printf "extraVolumeMounts: %s is mounted already; for /tmp set tmp.enabled to false" .mountPath) -}}
{{- end -}}
{{- $paths = append $paths (clean .mountPath) -}}
{{- end -}}
{{- range $container := concat (.Values.sidecars | default list) (.Values.initContainers | default list) -}}
{{- range $container.volumeMounts -}}
{{- if not (has .name $volumes) -}}
{{- $problems = append $problems (printf "container %s: there is no volume %s to mount at %s; add it to extraVolumes"
  $container.name .name .mountPath) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{/* A quantity such as 250m or 1Gi as a number (kubernetes.io, "Quantity"). */}}
{{- define "lastcall.quantity" -}}
{{- $text := toString . -}}
{{- $number := regexFind "^[+]?[0-9.]+" $text -}}
{{- $suffix := trimPrefix $number $text -}}
{{- $factors := dict "n" 0.000000001 "u" 0.000001 "m" 0.001 "" 1.0
  "k" 1000 "M" 1000000 "G" 1000000000 "T" 1000000000000 "P" 1000000000000000 "E" 1000000000000000000
  "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 "Pi" 1125899906842624 "Ei" 1152921504606846976 -}}
{{- if hasKey $factors $suffix -}}{{- mulf (float64 $number) (get $factors $suffix) -}}{{- else -}}{{- float64 $text -}}{{- end -}}
{{- end -}}

{{/*
What cannot be shared (hugepages, devices) is requested by its limit (kubernetes.io, "Resource Management for Pods and
Containers").
*/}}
{{- define "lastcall.check.resources" -}}
{{- $problems := list -}}
{{- $resources := .Values.resources | default dict -}}
{{- $limits := $resources.limits | default dict -}}
{{- range $name, $request := $resources.requests -}}
{{- $limit := get $limits $name -}}
{{- $wanted := include "lastcall.quantity" $request | float64 -}}
{{- $most := ternary (include "lastcall.quantity" $limit | float64) $wanted (hasKey $limits $name) -}}
{{- $whole := or (contains "/" $name) (hasPrefix "hugepages-" $name) -}}
{{- if and $whole (or (not (hasKey $limits $name)) (ne $wanted $most)) -}}
{{- $problems = append $problems (printf
  "resources.requests.%s is %v and resources.limits.%s %s: the API server wants both, and the same; set the limit to %v"
  $name $request $name (toString $limit | default "is not set") $request) -}}
{{- else if gt $wanted $most -}}
{{- $problems = append $problems (printf
  "resources.requests.%s is %v and resources.limits.%s %v: the API server refuses a request above the limit; lower it"
  $name $request $name $limit) -}}
{{- end -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}
