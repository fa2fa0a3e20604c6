{{/*
What the server is told, as a JSON list; `setting` is the value that it comes from. Times carry their unit, because that is what
lastcall reads.
*/}}
{{- define "lastcall.v1.own" -}}
{{- $input := include "lastcall.v1.input" . | fromJson -}}
{{- $n := include "lastcall.v1.numbers" . | fromJson -}}
{{- $path := $input.path -}}
{{- $own := list -}}
{{- if $input.port -}}
{{- $own = append $own (dict "name" "PORT" "value" (toString (int $input.port)) "setting" "port") -}}
{{- end -}}
{{- $own = append $own (dict "name" "LASTCALL_PROBE_PORT" "value" (toString (int $input.probePort)) "setting" "probePort") -}}
{{- range list
  (list "PRE_STOP" $n.preStop "preStop.seconds")
  (list "SHUTDOWN_DELAY" $n.shutdownDelay "shutdownDelaySeconds")
  (list "READINESS_FAIL_DELAY" $n.readinessFailDelay "readinessFailDelaySeconds")
  (list "DRAIN_TIMEOUT" $n.drainTimeout "drainTimeoutSeconds")
  (list "HOOKS_TIMEOUT" $n.hooksTimeout "hooksTimeoutSeconds")
  (list "GRACE_PERIOD" $n.grace "terminationGracePeriodSeconds")
-}}
{{- $name := printf "LASTCALL_%s" (index . 0) -}}
{{- $setting := printf "%s.%s" $path (index . 2) -}}
{{- $own = append $own (dict "name" $name "value" (printf "%ds" (int (index . 1))) "setting" $setting) -}}
{{- end -}}
{{- toJson $own -}}
{{- end -}}

{{/* The entry of `env` for NODE_OPTIONS, as JSON; empty without one. */}}
{{- define "lastcall.v1.nodeOptions" -}}
{{- $own := dict -}}
{{- range .env -}}
{{- if eq .name "NODE_OPTIONS" -}}{{- $own = . -}}{{- end -}}
{{- end -}}
{{- toJson $own -}}
{{- end -}}

{{/*
Entries of a container's `env`: those of lastcall, then the given ones. With lifecycle.auto the import is appended to a NODE_OPTIONS
that is given, which keeps its place: what it refers to, as $(HEAP), has to come before it.
*/}}
{{- define "lastcall.v1.env" -}}
{{- $input := include "lastcall.v1.input" . | fromJson -}}
{{- $entries := list -}}
{{- range include "lastcall.v1.own" . | fromJsonArray -}}
{{- $entries = append $entries (pick . "name" "value") -}}
{{- end -}}
{{- $given := include "lastcall.v1.nodeOptions" $input | fromJson -}}
{{- $entry := dict "name" "NODE_OPTIONS" "value" (printf "%s --import %s" ($given.value | default "") $input.module | trim) -}}
{{- $auto := $input.lifecycle.auto -}}
{{- if and $auto (not $given) -}}{{- $entries = append $entries $entry -}}{{- end -}}
{{- range $input.env -}}
{{- $entries = append $entries (ternary $entry . (and $auto (eq .name "NODE_OPTIONS"))) -}}
{{- end -}}
{{- toYaml $entries -}}
{{- end -}}
