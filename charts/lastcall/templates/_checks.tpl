{{/*
Everything that is refused, with all problems in one message. Called once, from the Deployment, which is always rendered.
*/}}
{{- define "lastcall.check" -}}
{{- $problems := include "lastcall.lifecycle.problems" . | fromJsonArray -}}
{{- range list "image" "ports" "env" "auto" "names" "rollout" "autoscaling" "disruption" "metrics" -}}
{{- $problems = concat $problems (include (printf "lastcall.check.%s" .) $ | fromJsonArray) -}}
{{- end -}}
{{- if $problems -}}
{{- fail (printf "\nthese values cannot be used:\n  - %s" (join "\n  - " $problems)) -}}
{{- end -}}
{{- end -}}

{{- define "lastcall.check.image" -}}
{{- $problems := list -}}
{{- if not .Values.image.repository -}}
{{- $problems = append $problems "image.repository is empty: name the image of your server" -}}
{{- end -}}
{{- if not (or .Values.image.tag .Values.image.digest) -}}
{{- $problems = append $problems "image.tag and image.digest are empty: set one of them, so that a restart starts what was tested" -}}
{{- end -}}
{{- if eq (int .Values.port) (int .Values.probePort) -}}
{{- $problems = append $problems (printf "port and probePort are both %d: the probe server needs a port of its own" (int .Values.port)) -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

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
{{- if hasKey $seen .name -}}
{{- $problems = append $problems (printf "env: %s is there twice" .name) -}}
{{- end -}}
{{- $_ := set $seen .name true -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{/* A release may be called 2nd-shop, a Service may not, and the rest of the release would be installed all the same. */}}
{{- define "lastcall.check.names" -}}
{{- $problems := list -}}
{{- $fullname := include "lastcall.fullname" . -}}
{{- if not (regexMatch "^[a-z]([-a-z0-9]*[a-z0-9])?$" $fullname) -}}
{{- $problems = append $problems (printf "%s cannot be the name of a Service (lower-case letters, digits and hyphens, a letter first): set fullnameOverride" $fullname) -}}
{{- end -}}
{{- range $name, $_ := include "lastcall.selectorLabels" . | fromYaml -}}
{{- if hasKey $.Values.podLabels $name -}}
{{- $problems = append $problems (printf "podLabels: %s belongs to the Deployment's selector; set nameOverride instead" $name) -}}
{{- end -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{/* Replicas that can be counted on. */}}
{{- define "lastcall.replicaFloor" -}}
{{- int (ternary .Values.autoscaling.minReplicas .Values.replicaCount .Values.autoscaling.enabled) -}}
{{- end -}}

{{/* A number or percentage of `of` as a number. `up`: which way Kubernetes rounds this one. */}}
{{- define "lastcall.scaled" -}}
{{- if kindIs "string" .value -}}
{{- $hundredths := mul (trimSuffix "%" .value | int) (int .of) -}}
{{- div (ternary (add $hundredths 99) $hundredths .up) 100 -}}
{{- else -}}
{{- int .value -}}
{{- end -}}
{{- end -}}

{{/*
The Deployment controller rounds maxUnavailable down and maxSurge up, so a surge is 0 only when it is written as 0. If both come out as
0 it makes 1 of maxUnavailable (kubernetes/kubernetes, pkg/controller/deployment/util, ResolveFenceposts).
*/}}
{{- define "lastcall.check.rollout" -}}
{{- $problems := list -}}
{{- $surge := .Values.strategy.maxSurge -}}
{{- $unavailable := .Values.strategy.maxUnavailable -}}
{{- $replicas := include "lastcall.replicaFloor" . | int -}}
{{- $noSurge := has (toString $surge) (list "0" "0%") -}}
{{- if and $noSurge (has (toString $unavailable) (list "0" "0%")) -}}
{{- $problems = append $problems (printf "strategy.maxSurge is %v and strategy.maxUnavailable is %v: no pod could ever be replaced; raise maxSurge" $surge $unavailable) -}}
{{- else if gt $replicas 0 -}}
{{- $taken := include "lastcall.scaled" (dict "value" $unavailable "of" $replicas "up" false) | int -}}
{{- $taken = max $taken (ternary 1 0 $noSurge) | int -}}
{{- if ge $taken $replicas -}}
{{- $problems = append $problems (printf "strategy.maxUnavailable is %v with maxSurge %v: a rollout could take away all %d of %d replicas at once; lower maxUnavailable and give it a surge" $unavailable $surge (min $taken $replicas) $replicas) -}}
{{- end -}}
{{- end -}}
{{- if ge (int .Values.minReadySeconds) (int .Values.progressDeadlineSeconds) -}}
{{- $problems = append $problems (printf "minReadySeconds is %d and progressDeadlineSeconds %d: a healthy rollout would be reported as stalled; raise progressDeadlineSeconds" (int .Values.minReadySeconds) (int .Values.progressDeadlineSeconds)) -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{- define "lastcall.check.autoscaling" -}}
{{- $problems := list -}}
{{- with .Values.autoscaling -}}
{{- if .enabled -}}
{{- if gt (int .minReplicas) (int .maxReplicas) -}}
{{- $problems = append $problems (printf "autoscaling.minReplicas is %d and autoscaling.maxReplicas %d: raise maxReplicas" (int .minReplicas) (int .maxReplicas)) -}}
{{- end -}}
{{- range $resource, $target := dict "cpu" .targetCPUUtilizationPercentage "memory" .targetMemoryUtilizationPercentage -}}
{{- $set := merge dict ($.Values.resources.requests | default dict) ($.Values.resources.limits | default dict) -}}
{{- if and $target (not (hasKey $set $resource)) -}}
{{- $problems = append $problems (printf "autoscaling has a target of %d %% of the %s request, and resources.requests.%s is not set: the autoscaler could compute nothing; set it" (int $target) $resource $resource) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{/* Whether there is a PodDisruptionBudget: "true" or nothing. */}}
{{- define "lastcall.disruption.rendered" -}}
{{- if and .Values.podDisruptionBudget.enabled (gt (include "lastcall.replicaFloor" . | int) 1) -}}true{{- end -}}
{{- end -}}

{{/* The disruption controller rounds both up. */}}
{{- define "lastcall.check.disruption" -}}
{{- $problems := list -}}
{{- $replicas := include "lastcall.replicaFloor" . | int -}}
{{- $left := .Values.podDisruptionBudget.minAvailable -}}
{{- $taken := .Values.podDisruptionBudget.maxUnavailable -}}
{{- $hasLeft := not (kindIs "invalid" $left) -}}
{{- $hasTaken := not (kindIs "invalid" $taken) -}}
{{- if and $hasLeft $hasTaken -}}
{{- $problems = append $problems (printf "podDisruptionBudget.minAvailable is %v and maxUnavailable is %v: Kubernetes takes one of them; set the other to null" $left $taken) -}}
{{- else if include "lastcall.disruption.rendered" . -}}
{{- if and $hasTaken (has (toString $taken) (list "0" "0%")) -}}
{{- $problems = append $problems (printf "podDisruptionBudget.maxUnavailable is %v: it would block every eviction, and no node could be drained; set at least 1" $taken) -}}
{{- end -}}
{{- if and $hasLeft (ge (include "lastcall.scaled" (dict "value" $left "of" $replicas "up" true) | int) $replicas) -}}
{{- $problems = append $problems (printf "podDisruptionBudget.minAvailable is %v of %d replicas: it would block every eviction, and no node could be drained; lower it" $left $replicas) -}}
{{- end -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{/* An alert on a job that nobody scrapes never fires, and nobody would learn it. */}}
{{- define "lastcall.check.metrics" -}}
{{- $problems := list -}}
{{- if and .Values.metrics.prometheusRule.enabled (not .Values.metrics.podMonitor.enabled) -}}
{{- $problems = append $problems "metrics.prometheusRule.enabled is true and metrics.podMonitor.enabled is false: the alerts look at the job of the PodMonitor; enable it" -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}
