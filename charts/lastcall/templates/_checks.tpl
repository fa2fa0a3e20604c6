{{/*
Everything that is refused, with all problems in one message. Called once, from the Deployment or StatefulSet, one of which is always
rendered.
*/}}
{{- define "lastcall.check" -}}
{{- $problems := include "lastcall.v1.problems" (include "lastcall.pod" . | fromJson) | fromJsonArray -}}
{{- range list "image" "ports" "command" "supervisor" "env" "auto" "volumes" "containers" "resources" "names" "rollout" "statefulSet"
  "autoscaling" "disruption" "metrics" "service" "routes" "profile" -}}
{{- $problems = concat $problems (include (printf "lastcall.check.%s" .) $ | fromJsonArray) -}}
{{- end -}}
{{- if .Values.failOnWarnings -}}
{{- range include "lastcall.warnings" . | fromJsonArray -}}
{{- $problems = append $problems (printf "failOnWarnings is true: %s" .) -}}
{{- end -}}
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
{{- if has (kindOf .Values.image.tag) (list "int64" "float64") -}}
{{- $tag := toJson .Values.image.tag -}}
{{- $problems = append $problems (printf
  "image.tag is the number %s, and a tag is text: write --set-string image.tag=%s, or quotes around it in a values file"
  $tag $tag) -}}
{{- else if not (or .Values.image.tag .Values.image.digest) -}}
{{- $problems = append $problems "image.tag and image.digest are empty: set one of them, so that a restart starts what was tested" -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{/* A release may be called 2nd-shop, a Service may not, and the rest of the release would be installed all the same. */}}
{{- define "lastcall.check.names" -}}
{{- $problems := list -}}
{{- $fullname := include "lastcall.fullname" . -}}
{{- if not (regexMatch "^[a-z]([-a-z0-9]*[a-z0-9])?$" $fullname) -}}
{{- $problems = append $problems (printf
  "%s cannot be the name of a Service (lower-case letters, digits and hyphens, a letter first): set fullnameOverride" $fullname) -}}
{{- end -}}
{{- range $name, $_ := include "lastcall.selectorLabels" . | fromYaml -}}
{{- range $value := list "podLabels" "commonLabels" -}}
{{- if hasKey (index $.Values $value | default dict) $name -}}
{{- $remedy := ternary "; leave it out, it is the name of the release" "; leave it out, and set nameOverride instead"
  (hasSuffix "/instance" $name) -}}
{{- $problems = append $problems (printf "%s: %s belongs to the %s's selector%s" $value $name $.Values.kind $remedy) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{/* An alert on a job that nobody scrapes never fires, and nobody would learn it. */}}
{{- define "lastcall.check.metrics" -}}
{{- $problems := list -}}
{{- $monitors := list .Values.metrics.podMonitor.enabled .Values.metrics.serviceMonitor.enabled -}}
{{- if and .Values.metrics.prometheusRule.enabled (not (has true $monitors)) -}}
{{- $problems = append $problems (print "metrics.prometheusRule.enabled is true and metrics.podMonitor.enabled is false: "
  "the alerts look at the job of the PodMonitor; enable it, or metrics.serviceMonitor") -}}
{{- end -}}
{{- $fullname := include "lastcall.fullname" . -}}
{{- if and .Values.metrics.serviceMonitor.enabled (gt (len $fullname) 55) -}}
{{- $problems = append $problems (printf (print "metrics.serviceMonitor.enabled is true, and %s-metrics is too long for the name "
  "of a Service: set fullnameOverride to at most 55 characters") $fullname) -}}
{{- end -}}
{{- if not (has false $monitors) -}}
{{- $problems = append $problems (print "metrics.podMonitor.enabled and metrics.serviceMonitor.enabled are true: "
  "both scrape the same pods, and everything would be counted twice; keep one of them") -}}
{{- end -}}
{{- range $name := list "podMonitor" "serviceMonitor" -}}
{{- with index $.Values.metrics $name -}}
{{- if gt (include "lastcall.v1.milliseconds" .scrapeTimeout | float64) (include "lastcall.v1.milliseconds" .interval | float64) -}}
{{- $problems = append $problems (printf (print "metrics.%s.scrapeTimeout is %s and its interval %s: "
  "the Prometheus Operator refuses a time-out above the interval, and nothing would be scraped; lower scrapeTimeout")
  $name .scrapeTimeout .interval) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}
