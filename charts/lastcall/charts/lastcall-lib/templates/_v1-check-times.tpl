{{/*
What is wrong with the timing, as a JSON list. Stricter than the API server, which accepts a sleep as long as the grace period: the
kubelet then leaves 2 s, whatever the server needs.
*/}}
{{- define "lastcall.v1.problems.times" -}}
{{- $input := include "lastcall.v1.input" . | fromJson -}}
{{- $in := $input.lifecycle -}}
{{- $path := $input.path -}}
{{- $n := include "lastcall.v1.numbers" . | fromJson -}}
{{- $problems := list -}}
{{- if and (eq $in.preStop.mode "sleep") (gt (int $n.preStop) 0) (not $n.sleepServed) -}}
{{- $problems = append $problems (printf (print "%s.preStop.mode is sleep, and Kubernetes %s has no sleep action (1.30 has): "
  "the API server would drop the hook without a word; set it to auto or none") $path $input.kubeVersion) -}}
{{- end -}}
{{- $isComputed := kindIs "invalid" $in.terminationGracePeriodSeconds -}}
{{- $longer := ternary "raise drainTimeoutSeconds or marginSeconds" "raise terminationGracePeriodSeconds" $isComputed -}}
{{- if lt (int $n.grace) (int $n.sum) -}}
{{- $problem := "%s.terminationGracePeriodSeconds is %d, and %s: SIGKILL would end the rest; " -}}
{{- $remedy := "set it to at least %d, or to null to have it computed, or lower one of the parts" -}}
{{- $problems = append $problems (printf (print $problem $remedy) $path (int $n.grace) $n.sumText (int $n.sum)) -}}
{{- end -}}
{{- if and (gt (int $n.preStop) 0) (ge (int $n.preStop) (int $n.grace)) -}}
{{- $problem := "%s.preStop.seconds is %d and the grace period %d (%s): SIGTERM and SIGKILL would be 2 s apart; %s" -}}
{{- $problems = append $problems (printf $problem $path (int $n.preStop) (int $n.grace) $n.sumText $longer) -}}
{{- end -}}
{{- if lt (int $n.grace) 1 -}}
{{- $problem := "the grace period is %d (%s): Kubernetes would kill the pod without a signal; %s" -}}
{{- $problems = append $problems (printf $problem (int $n.grace) $n.sumText $longer) -}}
{{- end -}}
{{- if and (eq (add (int $n.preStop) (int $n.shutdownDelay)) 0) (not $in.acceptLoss) -}}
{{- $problem := print "%s: there is neither a preStop hook nor a shutdown delay, "
  "so the listeners close while clients are still sent to this pod, and their requests fail; " -}}
{{- $hook := list -}}
{{- if eq $in.preStop.mode "none" -}}{{- $hook = append $hook "preStop.mode to auto" -}}{{- end -}}
{{- if eq (int $in.preStop.seconds) 0 -}}{{- $hook = append $hook "preStop.seconds to null" -}}{{- end -}}
{{- $remedy := "set shutdownDelaySeconds to 5 or more, or %s, or acceptLoss to true" -}}
{{- $problems = append $problems (printf (print $problem $remedy) $path (join " and " $hook)) -}}
{{- end -}}
{{- if and $input.port (eq (int $input.port) (int $input.probePort)) -}}
{{- $problems = append $problems (printf "port and probePort are both %d: the probe server needs a port of its own" (int $input.port)) -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}
