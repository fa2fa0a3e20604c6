{{/*
Every number of a pod as JSON, in whole seconds. Numbers are tested for null with kindIs, never with `default` or `if`: 0 is a setting.

The native sleep action is on by default since 1.30 (KEP-3960); before, the API server silently drops the field. There the server
waits instead: all moments after the deletion stay what they are with the hook.
Without a hook readiness stays green until the listeners close. Until then clients are still sent here, and kube-proxy sends to a
terminating pod only while its readiness probe passes (KEP-1669).
*/}}
{{- define "lastcall.v1.numbers" -}}
{{- $input := include "lastcall.v1.input" . | fromJson -}}
{{- $in := $input.lifecycle -}}
{{- $sleepServed := semverCompare ">=1.30.0-0" $input.kubeVersion -}}
{{- $seconds := ternary 0 (int $in.preStop.seconds) (eq $in.preStop.mode "none") -}}
{{- $sleeps := and (gt $seconds 0) (or $sleepServed (eq $in.preStop.mode "sleep")) -}}
{{- $preStop := ternary $seconds 0 $sleeps -}}
{{- $takenOver := ternary 0 $seconds $sleeps -}}
{{- $shutdownDelay := ternary 2 5 (gt $seconds 0) -}}
{{- if not (kindIs "invalid" $in.shutdownDelaySeconds) -}}{{- $shutdownDelay = int $in.shutdownDelaySeconds -}}{{- end -}}
{{- $shutdownDelay = add $shutdownDelay $takenOver | int -}}
{{- $readinessFailDelay := ternary 0 $shutdownDelay $sleeps -}}
{{- if not (kindIs "invalid" $in.readinessFailDelaySeconds) -}}
{{- $readinessFailDelay = add (int $in.readinessFailDelaySeconds) $takenOver | int -}}
{{- end -}}
{{- $drainTimeout := int $in.drainTimeoutSeconds -}}
{{- $hooksTimeout := int $in.hooksTimeoutSeconds -}}
{{- $margin := int $in.marginSeconds -}}
{{- $sum := add $preStop $shutdownDelay $drainTimeout $hooksTimeout $margin -}}
{{- $grace := $sum -}}
{{- if not (kindIs "invalid" $in.terminationGracePeriodSeconds) -}}{{- $grace = int $in.terminationGracePeriodSeconds -}}{{- end -}}
{{- $parts := printf "preStop %d + shutdown delay %d + drain timeout %d + hooks timeout %d + margin %d"
  $preStop $shutdownDelay $drainTimeout $hooksTimeout $margin -}}
{{- dict
  "sleepServed" $sleepServed
  "preStop" $preStop
  "takenOver" $takenOver
  "shutdownDelay" $shutdownDelay
  "readinessFailDelay" $readinessFailDelay
  "drainTimeout" $drainTimeout
  "hooksTimeout" $hooksTimeout
  "sum" $sum
  "sumText" (printf "%s = %d s" $parts $sum)
  "grace" $grace
  | toJson -}}
{{- end -}}

{{/*
When what happens to a stopped pod, one line a moment, for NOTES. Lines carry a sort key of time and rank
that is removed again, because readiness has its own clock and can flip anywhere in between. SIGKILL comes no
sooner than 2 s after SIGTERM (the kubelet's minimum).
*/}}
{{- define "lastcall.v1.timetable" -}}
{{- $n := include "lastcall.v1.numbers" . | fromJson -}}
{{- $signal := int $n.preStop -}}
{{- $close := add $signal (int $n.shutdownDelay) | int -}}
{{- $cut := add $close (int $n.drainTimeout) | int -}}
{{- $exit := add $cut (int $n.hooksTimeout) | int -}}
{{- $unready := add $signal (int $n.readinessFailDelay) | int -}}
{{- $hook := ternary (printf "preStop sleeps %d s, everything is served" $signal) "no preStop hook" (gt $signal 0) -}}
{{- $moments := list
  (list 0 1 (printf "deletion: the pod begins to leave the endpoints; %s" $hook))
  (list $signal 2 "SIGTERM: everything is served, every response says Connection: close")
  (list $close 4 "listeners close, what is in flight is finished")
  (list $cut 5 "drain timeout: what is still in flight is force-closed and counted; the stop hooks run")
  (list $exit 6 "exit, at the latest; usually much sooner")
  (list (max (int $n.grace) (add $signal 2)) 7 "SIGKILL, if the process is still there")
-}}
{{- if lt $unready $exit -}}
{{- $moments = append $moments (list $unready 3 "readiness: /readyz answers 503") -}}
{{- else -}}
{{- $moments = append $moments (list $signal 3 "readiness: /readyz stays green to the end") -}}
{{- end -}}
{{- $lines := list -}}
{{- range $moments -}}
{{- $when := printf "T+%d s" (int (index . 0)) -}}
{{- $lines = append $lines (printf "%08d%d  %-10s %s" (int (index . 0)) (int (index . 1)) $when (index . 2)) -}}
{{- end -}}
{{- range sortAlpha $lines }}
{{ substr 9 -1 . }}
{{- end -}}
{{- end -}}
