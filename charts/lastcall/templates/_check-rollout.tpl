{{/*
Replicas, rollout, autoscaler and disruption budget: numbers that have to leave somebody to serve.
*/}}

{{/* Whether the number of replicas is somebody else's, such as KEDA's: "true" or nothing. */}}
{{- define "lastcall.replicas.unknown" -}}
{{- if and (not .Values.autoscaling.enabled) (kindIs "invalid" .Values.replicaCount) -}}true{{- end -}}
{{- end -}}

{{/* Replicas that can be counted on; 0 where nobody says. */}}
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
{{- if eq .Values.kind "Deployment" -}}
{{- $surge := .Values.strategy.maxSurge -}}
{{- $unavailable := .Values.strategy.maxUnavailable -}}
{{- $replicas := include "lastcall.replicaFloor" . | int -}}
{{- $noSurge := has (toString $surge) (list "0" "0%") -}}
{{- if eq .Values.strategy.type "Recreate" -}}
{{- else if and $noSurge (has (toString $unavailable) (list "0" "0%")) -}}
{{- $problems = append $problems (printf
  "strategy.maxSurge is %v and strategy.maxUnavailable is %v: no pod could ever be replaced; raise maxSurge"
  $surge $unavailable) -}}
{{- else if gt $replicas 0 -}}
{{- $taken := include "lastcall.scaled" (dict "value" $unavailable "of" $replicas "up" false) | int -}}
{{- $taken = max $taken (ternary 1 0 $noSurge) | int -}}
{{- if ge $taken $replicas -}}
{{- $problems = append $problems (printf (print "strategy.maxUnavailable is %v with maxSurge %v: "
  "a rollout could take away all %d of %d replicas at once; lower maxUnavailable and give it a surge")
  $unavailable $surge (min $taken $replicas) $replicas) -}}
{{- end -}}
{{- end -}}
{{- if and (eq $replicas 0) (kindIs "string" $unavailable) (ge (trimSuffix "%" $unavailable | int) 100) -}}
{{- $problems = append $problems (printf (print "strategy.maxUnavailable is %v: a rollout could take away all replicas at once, "
  "however many there are; lower it and give it a surge") $unavailable) -}}
{{- end -}}
{{- $ready := include "lastcall.minReadySeconds" . | int -}}
{{- if ge $ready (int .Values.progressDeadlineSeconds) -}}
{{- $problems = append $problems (printf (print "minReadySeconds is %d and progressDeadlineSeconds %d: "
  "a healthy rollout would be reported as stalled; raise progressDeadlineSeconds") $ready (int .Values.progressDeadlineSeconds)) -}}
{{- end -}}
{{- $startup := mul (int .Values.probes.startup.periodSeconds) (int .Values.probes.startup.failureThreshold) | int -}}
{{- if gt $startup (int .Values.progressDeadlineSeconds) -}}
{{- $problems = append $problems (printf (print "probes.startup gives a start %d s (periodSeconds %d times failureThreshold %d) "
  "and progressDeadlineSeconds is %d: a rollout would be reported as failed while a pod may still start; "
  "raise progressDeadlineSeconds") $startup (int .Values.probes.startup.periodSeconds) (int .Values.probes.startup.failureThreshold)
  (int .Values.progressDeadlineSeconds)) -}}
{{- end -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{- define "lastcall.check.autoscaling" -}}
{{- $problems := list -}}
{{- with .Values.autoscaling -}}
{{- if .enabled -}}
{{- if gt (int .minReplicas) (int .maxReplicas) -}}
{{- $problems = append $problems (printf "autoscaling.minReplicas is %d and autoscaling.maxReplicas %d: raise maxReplicas"
  (int .minReplicas) (int .maxReplicas)) -}}
{{- end -}}
{{- $window := ((.behavior | default dict).scaleDown | default dict).stabilizationWindowSeconds -}}
{{- if gt (int $window) 3600 -}}
{{- $problems = append $problems (printf
  "autoscaling.behavior.scaleDown.stabilizationWindowSeconds is %d: the API server refuses more than 3600; lower it"
  (int $window)) -}}
{{- end -}}
{{- if not (or .targetCPUUtilizationPercentage .targetMemoryUtilizationPercentage .metrics) -}}
{{- $problem := "autoscaling.enabled is true and it has no target: the API server would take 80 % of the cpu request; " -}}
{{- $problems = append $problems (print $problem "set autoscaling.targetCPUUtilizationPercentage or autoscaling.metrics") -}}
{{- end -}}
{{- $measured := dict -}}
{{- range .metrics -}}
{{- $resource := .resource | default dict -}}
{{- if hasKey ($resource.target | default dict) "averageUtilization" -}}{{- $_ := set $measured $resource.name true -}}{{- end -}}
{{- end -}}
{{- range $sidecar := include "lastcall.sidecars" $ | fromJsonArray -}}
{{- $own := $sidecar.resources | default dict -}}
{{- $set := merge dict ($own.requests | default dict) ($own.limits | default dict) -}}
{{- range $resource := keys $measured | sortAlpha -}}
{{- if not (hasKey $set $resource) -}}
{{- $problem := "autoscaling.metrics has a target in percent of the %s request, and sidecar %s has none: " -}}
{{- $remedy := "the autoscaler could compute nothing; set its resources.requests.%s, or use type ContainerResource with container app" -}}
{{- $problems = append $problems (printf (print $problem $remedy) $resource $sidecar.name $resource) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $resource, $target := dict "cpu" .targetCPUUtilizationPercentage "memory" .targetMemoryUtilizationPercentage -}}
{{- $resources := $.Values.resources | default dict -}}
{{- $set := merge dict ($resources.requests | default dict) ($resources.limits | default dict) -}}
{{- if and $target (not (hasKey $set $resource)) -}}
{{- $problems = append $problems (printf (print "autoscaling has a target of %d %% of the %s request, "
  "and resources.requests.%s is not set: the autoscaler could compute nothing; set it") (int $target) $resource $resource) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{/* Whether there is a PodDisruptionBudget: "true" or nothing. */}}
{{- define "lastcall.disruption.rendered" -}}
{{- $several := or (include "lastcall.replicas.unknown" .) (gt (include "lastcall.replicaFloor" . | int) 1) -}}
{{- if and .Values.podDisruptionBudget.enabled $several -}}true{{- end -}}
{{- end -}}

{{/*
A budget that lets nothing go blocks every node drain, and one that lets everything go protects nothing. The disruption controller
rounds both numbers up. Without a known number of replicas only percentages can be judged.
*/}}
{{- define "lastcall.check.disruption" -}}
{{- $problems := list -}}
{{- $unknown := include "lastcall.replicas.unknown" . -}}
{{- $replicas := ternary 100 (include "lastcall.replicaFloor" . | int) (ne $unknown "") -}}
{{- $left := .Values.podDisruptionBudget.minAvailable -}}
{{- $taken := .Values.podDisruptionBudget.maxUnavailable -}}
{{- $hasLeft := not (kindIs "invalid" $left) -}}
{{- $hasTaken := not (kindIs "invalid" $taken) -}}
{{- $of := ternary "" (printf " of %d replicas" $replicas) (ne $unknown "") -}}
{{- $blocks := "it would block every eviction, and no node could be drained" -}}
{{- $useless := "all pods may be evicted at once, so it protects nothing" -}}
{{- if and $hasLeft $hasTaken -}}
{{- $problems = append $problems (printf
  "podDisruptionBudget.minAvailable is %v and maxUnavailable is %v: Kubernetes takes one of them; set the other to null"
  $left $taken) -}}
{{- else if include "lastcall.disruption.rendered" . -}}
{{- if $hasTaken -}}
{{- $gone := include "lastcall.scaled" (dict "value" $taken "of" $replicas "up" true) | int -}}
{{- $judged := or (eq $unknown "") (kindIs "string" $taken) -}}
{{- if has (toString $taken) (list "0" "0%") -}}
{{- $problems = append $problems (printf "podDisruptionBudget.maxUnavailable is %v: %s; set at least 1" $taken $blocks) -}}
{{- else if and $judged (ge $gone $replicas) -}}
{{- $problems = append $problems (printf
  "podDisruptionBudget.maxUnavailable is %v%s: %s; lower it, or set podDisruptionBudget.enabled to false" $taken $of $useless) -}}
{{- end -}}
{{- end -}}
{{- if $hasLeft -}}
{{- $kept := include "lastcall.scaled" (dict "value" $left "of" $replicas "up" true) | int -}}
{{- $judged := or (eq $unknown "") (kindIs "string" $left) -}}
{{- if and $judged (ge $kept $replicas) -}}
{{- $problems = append $problems (printf "podDisruptionBudget.minAvailable is %v%s: %s; lower it" $left $of $blocks) -}}
{{- else if has (toString $left) (list "0" "0%") -}}
{{- $problems = append $problems (printf
  "podDisruptionBudget.minAvailable is %v: %s; raise it, or set podDisruptionBudget.enabled to false" $left $useless) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}
