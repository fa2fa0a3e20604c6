{{/* supervisor.enabled: `lastcall run` starts the server and restarts it in place, with the sockets that it holds. */}}

{{/* lastcall in the image, as a JSON list of words: the image's own package, or the copy that the init container makes. */}}
{{- define "lastcall.supervisor.binary" -}}
{{- $copied := and .Values.lifecycle.auto .Values.lifecycle.autoImage -}}
{{- $own := ternary (list "node" "/opt/lastcall/dist/cli/bin.js") (list "node_modules/.bin/lastcall") (not (empty $copied)) -}}
{{- .Values.supervisor.binary | default $own | toJson -}}
{{- end -}}

{{/* Sockets that it holds, as a JSON list for --listen: every port of the container, and supervisor.listen. */}}
{{- define "lastcall.supervisor.sockets" -}}
{{- $sockets := list -}}
{{- if .Values.service.enabled -}}
{{- $sockets = append $sockets (printf "http=%d" (int .Values.port)) -}}
{{- range .Values.extraPorts -}}
{{- $sockets = append $sockets (printf "%s=%d" .name (int .port)) -}}
{{- end -}}
{{- end -}}
{{- toJson (concat $sockets (.Values.supervisor.listen | default list)) -}}
{{- end -}}

{{/*
Its flags, as a JSON list. A replaced process takes as long as one that is stopped, because the hand-over is the shutdown delay: so
one grace period covers both, also when the pod ends in the middle of a restart.
*/}}
{{- define "lastcall.supervisor.flags" -}}
{{- $n := include "lastcall.lifecycle" . | fromJson -}}
{{- $startup := mul (int .Values.probes.startup.periodSeconds) (int .Values.probes.startup.failureThreshold) -}}
{{- $flags := list -}}
{{- range include "lastcall.supervisor.sockets" . | fromJsonArray -}}
{{- $flags = append $flags (printf "--listen=%s" .) -}}
{{- end -}}
{{- $flags = concat $flags (list
  (printf "--probe-port=%d" (int .Values.probePort))
  (printf "--ready-timeout=%ds" $startup)
  (printf "--hand-over=%ds" (int $n.shutdownDelay))
  (printf "--hammer-after=%ds" (add $n.shutdownDelay $n.drainTimeout $n.hooksTimeout 1))) -}}
{{- if .Values.lifecycle.auto -}}{{- $flags = append $flags "--auto" -}}{{- end -}}
{{- if .Values.supervisor.standby -}}{{- $flags = append $flags "--standby" -}}{{- end -}}
{{- range .Values.supervisor.watch -}}
{{- $flags = append $flags (printf "--watch=%s" .) -}}
{{- end -}}
{{- toJson (concat $flags (.Values.supervisor.flags | default list)) -}}
{{- end -}}

{{/* The container's `command` and `args`; nothing when the image's own are kept. */}}
{{- define "lastcall.container.command" -}}
{{- $command := .Values.command | default list -}}
{{- $args := .Values.args | default list -}}
{{- if .Values.supervisor.enabled -}}
{{- $args = concat (include "lastcall.supervisor.flags" . | fromJsonArray) (list "--") $command $args -}}
{{- $command = append (include "lastcall.supervisor.binary" . | fromJsonArray) "run" -}}
{{- end -}}
{{- with $command }}
command:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $args }}
args:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* The mount that a path of the container is in, as JSON: the innermost one; empty when the path belongs to the image. */}}
{{- define "lastcall.supervisor.mount" -}}
{{- $path := clean .path -}}
{{- $found := dict -}}
{{- $length := 0 -}}
{{- range .root.Values.extraVolumeMounts -}}
{{- $folder := clean .mountPath -}}
{{- $isInside := or (eq $path $folder) (hasPrefix (printf "%s/" (trimSuffix "/" $folder)) $path) -}}
{{- if and $isInside (gt (len $folder) $length) -}}
{{- $found = . -}}
{{- $length = len $folder -}}
{{- end -}}
{{- end -}}
{{- toJson $found -}}
{{- end -}}

{{/* ConfigMaps and Secrets in a volume, as a JSON list of `ConfigMap/name`. */}}
{{- define "lastcall.volume.objects" -}}
{{- $objects := list -}}
{{- range concat (list .) ((.projected | default dict).sources | default list) -}}
{{- with .configMap -}}{{- $objects = append $objects (printf "ConfigMap/%s" .name) -}}{{- end -}}
{{- with .secret -}}{{- $objects = append $objects (printf "Secret/%s" (.secretName | default .name)) -}}{{- end -}}
{{- end -}}
{{- toJson $objects -}}
{{- end -}}

{{/*
ConfigMaps and Secrets whose change restarts in place, as a JSON list: a watched path shows them, and nothing else of the pod reads
them. An environment, a path that is not watched and another container would keep the old content.
*/}}
{{- define "lastcall.supervisor.watched" -}}
{{- $watched := list -}}
{{- $elsewhere := list -}}
{{- if .Values.supervisor.enabled -}}
{{- $paths := list -}}
{{- range .Values.supervisor.watch -}}
{{- with include "lastcall.supervisor.mount" (dict "root" $ "path" .) | fromJson -}}
{{- $paths = append $paths .mountPath -}}
{{- end -}}
{{- end -}}
{{- range $volume := .Values.extraVolumes -}}
{{- $objects := include "lastcall.volume.objects" $volume | fromJsonArray -}}
{{- range $.Values.extraVolumeMounts -}}
{{- if eq .name $volume.name -}}
{{- if has .mountPath $paths -}}
{{- $watched = concat $watched $objects -}}
{{- else -}}
{{- $elsewhere = concat $elsewhere $objects -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range include "lastcall.containers" $ | fromJsonArray -}}
{{- range .volumeMounts -}}
{{- if eq .name $volume.name -}}{{- $elsewhere = concat $elsewhere $objects -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $sources := list -}}
{{- range .Values.envFrom -}}{{- $sources = append $sources . -}}{{- end -}}
{{- range .Values.env -}}{{- $sources = append $sources (.valueFrom | default dict) -}}{{- end -}}
{{- range $sources -}}
{{- with .configMapRef | default .configMapKeyRef -}}{{- $elsewhere = append $elsewhere (printf "ConfigMap/%s" .name) -}}{{- end -}}
{{- with .secretRef | default .secretKeyRef -}}{{- $elsewhere = append $elsewhere (printf "Secret/%s" .name) -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- $only := list -}}
{{- range $watched -}}{{- if not (has . $elsewhere) -}}{{- $only = append $only . -}}{{- end -}}{{- end -}}
{{- toJson $only -}}
{{- end -}}

{{/* What is wrong with it, as a JSON list. */}}
{{- define "lastcall.check.supervisor" -}}
{{- $problems := list -}}
{{- if .Values.supervisor.enabled -}}
{{- $first := base (first (.Values.command | default list) | default "") -}}
{{- if not .Values.command -}}
{{- $problems = append $problems (print "supervisor.enabled is true and command is empty: a chart cannot read the entrypoint of an image, "
  "and the supervisor has to start it; set command to what starts your server, such as [node, server.js]") -}}
{{- else if has $first (list "npm" "npx" "yarn" "pnpm" "tini" "dumb-init" "docker-init") -}}
{{- $problems = append $problems (printf (print "supervisor.enabled is true and command begins with %s, "
  "which starts your server as a process of its own: that one would not inherit the sockets; "
  "start node itself ([node, server.js]), the supervisor passes signals on and reaps processes") $first) -}}
{{- else if eq $first "lastcall" -}}
{{- $problems = append $problems (print "supervisor.enabled is true and command is lastcall: it would supervise itself; "
  "set command to what starts your server, such as [node, server.js]") -}}
{{- end -}}
{{- range .Values.supervisor.watch -}}
{{- $mount := include "lastcall.supervisor.mount" (dict "root" $ "path" .) | fromJson -}}
{{- if not $mount -}}
{{- $problems = append $problems (printf (print "supervisor.watch: no volume is mounted at %s; "
  "mount a ConfigMap or Secret there, with extraVolumes and extraVolumeMounts") .) -}}
{{- else if or $mount.subPath $mount.subPathExpr -}}
{{- $field := ternary "subPath" "subPathExpr" (hasKey $mount "subPath") -}}
{{- $problems = append $problems (printf (print "supervisor.watch: %s is mounted with %s, and the kubelet never updates such a mount; "
  "mount the whole volume at a folder of its own, and leave %s out") . $field $field) -}}
{{- end -}}
{{- end -}}
{{- $names := list -}}
{{- range include "lastcall.supervisor.sockets" . | fromJsonArray -}}
{{- $name := regexFind "^[^=]*" . -}}
{{- if has $name $names -}}
{{- $problems = append $problems (printf (print "supervisor.listen: there is a socket %s already; "
  "give each a name of its own (http and the names of extraPorts are the chart's)") $name) -}}
{{- end -}}
{{- $names = append $names $name -}}
{{- end -}}
{{- $own := list "--listen" "--probe-port" "--ready-timeout" "--hand-over" "--hammer-after" "--auto" "--standby" "--watch" -}}
{{- $values := list "supervisor.listen" "probePort" "probes.startup" "lifecycle.shutdownDelaySeconds" "lifecycle" "lifecycle.auto"
  "supervisor.standby" "supervisor.watch" -}}
{{- range .Values.supervisor.flags -}}
{{- $flag := regexFind "^[^=]*" . -}}
{{- range $index, $name := $own -}}
{{- if eq $flag $name -}}
{{- $problems = append $problems (printf "supervisor.flags: the chart sets %s itself; leave it out, and set %s instead"
  $flag (index $values $index)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}
