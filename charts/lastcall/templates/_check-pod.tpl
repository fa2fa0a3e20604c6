{{/*
What the container is given: environment, command, volumes, resources.
*/}}

{{/* A name twice in one list is refused by server-side apply, and whichever won, the pod's numbers and the server's would differ. */}}
{{- define "lastcall.check.env" -}}
{{- $problems := list -}}
{{- $own := dict -}}
{{- range include "lastcall.lifecycle.env" . | fromJsonArray -}}
{{- $_ := set $own .name . -}}
{{- end -}}
{{- $seen := dict -}}
{{- range .Values.env -}}
{{- $mine := get $own .name -}}
{{- if $mine -}}
{{- $problems = append $problems (printf "env: %s comes from the chart and is %s; set %s instead" .name $mine.value $mine.setting) -}}
{{- end -}}
{{- if eq .name "POD_NAME" -}}
{{- $problems = append $problems "env: POD_NAME is set to the pod's name by the chart; leave it out" -}}
{{- end -}}
{{- if and (hasKey . "value") (hasKey . "valueFrom") -}}
{{- $problems = append $problems (printf "env: %s has a value and a valueFrom: the API server refuses that; keep one of them" .name) -}}
{{- end -}}
{{- if hasKey $seen .name -}}
{{- $problems = append $problems (printf "env: %s is there twice" .name) -}}
{{- end -}}
{{- $_ := set $seen .name true -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{/* A duration such as 1m30s in milliseconds. */}}
{{- define "lastcall.milliseconds" -}}
{{- $units := dict "ms" 1 "s" 1000 "m" 60000 "h" 3600000 -}}
{{- $sum := 0 -}}
{{- range regexFindAll "[0-9.]+(ms|s|m|h)" (toString .) -1 -}}
{{- $number := regexFind "^[0-9.]+" . -}}
{{- $sum = addf $sum (mulf (float64 $number) (get $units (trimPrefix $number .))) -}}
{{- end -}}
{{- $sum -}}
{{- end -}}

{{/* The kubelet does not wait for the answer that names the failing check. */}}
{{- define "lastcall.check.probes" -}}
{{- $problems := list -}}
{{- $probe := int .Values.probes.readiness.timeoutSeconds -}}
{{- range .Values.env -}}
{{- if and (eq .name "LASTCALL_CHECK_TIMEOUT") .value (ge (include "lastcall.milliseconds" .value | float64) (mulf $probe 1000)) -}}
{{- $problems = append $problems (printf "env: LASTCALL_CHECK_TIMEOUT is %s and probes.readiness.timeoutSeconds is %d: the kubelet would not wait for the answer, which says what failed; raise timeoutSeconds or lower it" .value $probe) -}}
{{- end -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{/* npm and its like start a shell that keeps SIGTERM to itself, so that every pod ends with SIGKILL. */}}
{{- define "lastcall.check.command" -}}
{{- $problems := list -}}
{{- $words := concat (.Values.command | default list) (.Values.args | default list) -}}
{{- $first := base (first $words | default "") -}}
{{- if and (has $first (list "npm" "npx" "yarn" "pnpm")) (not .Values.lifecycle.acceptLoss) -}}
{{- $problems = append $problems (printf "command: %s starts your server in a shell that does not pass SIGTERM on, so every shutdown would end with SIGKILL; start node itself ([node, server.js]), or set lifecycle.acceptLoss to true" $first) -}}
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
{{- range .Values.extraVolumes -}}
{{- if has .name $volumes -}}
{{- $problems = append $problems (printf "extraVolumes: there is a volume %s already; give each a name of its own (with tmp.enabled the chart has tmp, with lifecycle.autoImage lastcall)" .name) -}}
{{- end -}}
{{- $volumes = append $volumes .name -}}
{{- end -}}
{{- range .Values.extraVolumeMounts -}}
{{- if not (has .name $volumes) -}}
{{- $problems = append $problems (printf "extraVolumeMounts: there is no volume %s to mount at %s; add it to extraVolumes" .name .mountPath) -}}
{{- end -}}
{{- if has (clean .mountPath) $paths -}}
{{- $problems = append $problems (printf "extraVolumeMounts: %s is mounted already; for /tmp set tmp.enabled to false" .mountPath) -}}
{{- end -}}
{{- $paths = append $paths (clean .mountPath) -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{/* A quantity such as 250m or 1Gi as a number (kubernetes.io, "Quantity"). */}}
{{- define "lastcall.quantity" -}}
{{- $text := toString . -}}
{{- $number := regexFind "^[+]?[0-9.]+" $text -}}
{{- $suffix := trimPrefix $number $text -}}
{{- $factors := dict "n" 0.000000001 "u" 0.000001 "m" 0.001 "" 1.0 "k" 1000 "M" 1000000 "G" 1000000000 "T" 1000000000000 "P" 1000000000000000 "E" 1000000000000000000 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 "Pi" 1125899906842624 "Ei" 1152921504606846976 -}}
{{- if hasKey $factors $suffix -}}{{- mulf (float64 $number) (get $factors $suffix) -}}{{- else -}}{{- float64 $text -}}{{- end -}}
{{- end -}}

{{- define "lastcall.check.resources" -}}
{{- $problems := list -}}
{{- $resources := .Values.resources | default dict -}}
{{- $limits := $resources.limits | default dict -}}
{{- range $name, $request := $resources.requests -}}
{{- if hasKey $limits $name -}}
{{- $limit := get $limits $name -}}
{{- if gt (include "lastcall.quantity" $request | float64) (include "lastcall.quantity" $limit | float64) -}}
{{- $problems = append $problems (printf "resources.requests.%s is %v and resources.limits.%s %v: the API server refuses a request above the limit; lower it" $name $request $name $limit) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}
