{{/*
The one place where values become the pod's timing: grace period, preStop hook, probes and the server's own LASTCALL_* numbers.
Numbers are tested for null with kindIs, never with `default` or `if`: 0 is a setting.
*/}}

{{/*
Every number of this release as JSON, in whole seconds.
The native sleep action is on by default since 1.30 (KEP-3960); before, the API server silently drops the field. There the server
waits instead: all moments after the deletion stay what they are with the hook.
Without a hook readiness stays green until the listeners close. Until then clients are still sent here, and kube-proxy sends to a
terminating pod only while its readiness probe passes (KEP-1669).
*/}}
{{- define "lastcall.lifecycle" -}}
{{- $in := .Values.lifecycle -}}
{{- $sleepServed := semverCompare ">=1.30.0-0" .Capabilities.KubeVersion.Version -}}
{{- $seconds := ternary 0 (int $in.preStop.seconds) (eq $in.preStop.mode "none") -}}
{{- $sleeps := and (gt $seconds 0) (or $sleepServed (eq $in.preStop.mode "sleep")) -}}
{{- $preStop := ternary $seconds 0 $sleeps -}}
{{- $takenOver := ternary 0 $seconds $sleeps -}}
{{- $shutdownDelay := ternary 2 5 (gt $seconds 0) -}}
{{- if not (kindIs "invalid" $in.shutdownDelaySeconds) -}}{{- $shutdownDelay = int $in.shutdownDelaySeconds -}}{{- end -}}
{{- $shutdownDelay = add $shutdownDelay $takenOver | int -}}
{{- $readinessFailDelay := ternary 0 $shutdownDelay $sleeps -}}
{{- if not (kindIs "invalid" $in.readinessFailDelaySeconds) -}}{{- $readinessFailDelay = add (int $in.readinessFailDelaySeconds) $takenOver | int -}}{{- end -}}
{{- $drainTimeout := int $in.drainTimeoutSeconds -}}
{{- $hooksTimeout := int $in.hooksTimeoutSeconds -}}
{{- $margin := int $in.marginSeconds -}}
{{- $sum := add $preStop $shutdownDelay $drainTimeout $hooksTimeout $margin -}}
{{- $grace := $sum -}}
{{- if not (kindIs "invalid" $in.terminationGracePeriodSeconds) -}}{{- $grace = int $in.terminationGracePeriodSeconds -}}{{- end -}}
{{- $parts := printf "preStop %d + shutdown delay %d + drain timeout %d + hooks timeout %d + margin %d" $preStop $shutdownDelay $drainTimeout $hooksTimeout $margin -}}
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
What is wrong with the timing, as a JSON list. Stricter than the API server, which accepts a sleep as long as the grace period: the
kubelet then leaves 2 s, whatever the server needs.
*/}}
{{- define "lastcall.lifecycle.problems" -}}
{{- $n := include "lastcall.lifecycle" . | fromJson -}}
{{- $problems := list -}}
{{- if and (eq .Values.lifecycle.preStop.mode "sleep") (gt (int $n.preStop) 0) (not $n.sleepServed) -}}
{{- $problems = append $problems (printf "lifecycle.preStop.mode is sleep, and Kubernetes %s has no sleep action (1.30 has): the API server would drop the hook without a word; set it to auto or none" .Capabilities.KubeVersion.Version) -}}
{{- end -}}
{{- if lt (int $n.grace) (int $n.sum) -}}
{{- $problem := "lifecycle.terminationGracePeriodSeconds is %d, and %s: SIGKILL would end the rest; " -}}
{{- $remedy := "set it to at least %d, or to null to have it computed, or lower one of the parts" -}}
{{- $text := printf (print $problem $remedy) (int $n.grace) $n.sumText (int $n.sum) -}}
{{- $problems = append $problems $text -}}
{{- end -}}
{{- if and (gt (int $n.preStop) 0) (ge (int $n.preStop) (int $n.grace)) -}}
{{- $problems = append $problems (printf "lifecycle.preStop.seconds is %d and the grace period %d (%s): SIGTERM and SIGKILL would be 2 s apart; raise drainTimeoutSeconds or marginSeconds" (int $n.preStop) (int $n.grace) $n.sumText) -}}
{{- end -}}
{{- if lt (int $n.grace) 1 -}}
{{- $problems = append $problems (printf "the grace period is %d (%s): Kubernetes would kill the pod without a signal; raise drainTimeoutSeconds or marginSeconds" (int $n.grace) $n.sumText) -}}
{{- end -}}
{{- if and (eq (add (int $n.preStop) (int $n.shutdownDelay)) 0) (not .Values.lifecycle.acceptLoss) -}}
{{- $problem := "lifecycle: there is neither a preStop hook nor a shutdown delay, so the listeners close while clients are still sent to this pod, and their requests fail; " -}}
{{- $problems = append $problems (print $problem "set shutdownDelaySeconds to 5 or more, or preStop.mode to auto, or acceptLoss to true") -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{/*
What the server is told, as a JSON list; `setting` is the value that it comes from. Times carry their unit, because that is what lastcall reads.
*/}}
{{- define "lastcall.lifecycle.env" -}}
{{- $n := include "lastcall.lifecycle" . | fromJson -}}
{{- list
  (dict "name" "PORT" "value" (toString (int .Values.port)) "setting" "port")
  (dict "name" "LASTCALL_PROBE_PORT" "value" (toString (int .Values.probePort)) "setting" "probePort")
  (dict "name" "LASTCALL_PRE_STOP" "value" (printf "%ds" (int $n.preStop)) "setting" "lifecycle.preStop.seconds")
  (dict "name" "LASTCALL_SHUTDOWN_DELAY" "value" (printf "%ds" (int $n.shutdownDelay)) "setting" "lifecycle.shutdownDelaySeconds")
  (dict "name" "LASTCALL_READINESS_FAIL_DELAY" "value" (printf "%ds" (int $n.readinessFailDelay)) "setting" "lifecycle.readinessFailDelaySeconds")
  (dict "name" "LASTCALL_DRAIN_TIMEOUT" "value" (printf "%ds" (int $n.drainTimeout)) "setting" "lifecycle.drainTimeoutSeconds")
  (dict "name" "LASTCALL_HOOKS_TIMEOUT" "value" (printf "%ds" (int $n.hooksTimeout)) "setting" "lifecycle.hooksTimeoutSeconds")
  (dict "name" "LASTCALL_GRACE_PERIOD" "value" (printf "%ds" (int $n.grace)) "setting" "lifecycle.terminationGracePeriodSeconds")
  | toJson -}}
{{- end -}}

{{/* The container's hook; nothing when there is nothing to wait for (the API server refuses 0 before 1.33). */}}
{{- define "lastcall.lifecycle.preStop" -}}
{{- $n := include "lastcall.lifecycle" . | fromJson -}}
{{- if gt (int $n.preStop) 0 -}}
lifecycle:
  preStop:
    sleep:
      seconds: {{ int $n.preStop }}
{{- end -}}
{{- end -}}

{{/*
httpGet only: exec readiness probes report nothing on a terminating pod of Kubernetes 1.35 (kubernetes/kubernetes#140881).
*/}}
{{- define "lastcall.lifecycle.probes" -}}
{{- range $name, $path := dict "startup" "/startupz" "readiness" "/readyz" "liveness" "/livez" -}}
{{- $probe := index $.Values.probes $name }}
{{ $name }}Probe:
  httpGet:
    path: {{ $path }}
    port: probes
  periodSeconds: {{ int $probe.periodSeconds }}
  timeoutSeconds: {{ int $probe.timeoutSeconds }}
  failureThreshold: {{ int $probe.failureThreshold }}
{{- end -}}
{{- end -}}

{{/*
When what happens to a stopped pod, one line a moment, for NOTES. Lines carry a sort key of time and rank
that is removed again, because readiness has its own clock and can flip anywhere in between. SIGKILL comes no
sooner than 2 s after SIGTERM (the kubelet's minimum).
*/}}
{{- define "lastcall.lifecycle.timetable" -}}
{{- $n := include "lastcall.lifecycle" . | fromJson -}}
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
