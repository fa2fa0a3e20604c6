{{/* What a Service says of IP versions; nothing unless it is set. */}}
{{- define "lastcall.service.families" -}}
{{- $families := dict -}}
{{- with .Values.service.ipFamilyPolicy -}}{{- $_ := set $families "ipFamilyPolicy" . -}}{{- end -}}
{{- with .Values.service.ipFamilies -}}{{- $_ := set $families "ipFamilies" . -}}{{- end -}}
{{- with $families -}}{{- toYaml . -}}{{- end -}}
{{- end -}}

{{/* What the API server refuses of a Service, and what would lead to a Service that is not there. */}}
{{- define "lastcall.check.service" -}}
{{- $problems := list -}}
{{- $service := .Values.service -}}
{{- if and $service.headless (ne $service.type "ClusterIP") -}}
{{- $problems = append $problems (printf
  "service.headless is true and service.type %s, which needs an address: set the type to ClusterIP" $service.type) -}}
{{- end -}}
{{- if and $service.externalTrafficPolicy (eq $service.type "ClusterIP") -}}
{{- $problems = append $problems (printf (print "service.externalTrafficPolicy is %s and service.type ClusterIP, "
  "which nobody reaches from outside: set the type to NodePort or LoadBalancer, or the policy to null")
  $service.externalTrafficPolicy) -}}
{{- end -}}
{{- if and (eq ($service.ipFamilyPolicy | default "SingleStack") "SingleStack") (gt (len ($service.ipFamilies | default list)) 1) -}}
{{- $problems = append $problems (printf
  "service.ipFamilies is %s and service.ipFamilyPolicy not one of two families: set it to PreferDualStack or RequireDualStack"
  (join ", " $service.ipFamilies)) -}}
{{- end -}}
{{- if not $service.enabled -}}
{{- if .Values.extraPorts -}}
{{- $problems = append $problems
  "service.enabled is false and extraPorts is set: a worker serves no requests; enable the Service, or leave extraPorts out" -}}
{{- end -}}
{{- range list "ingress" "httpRoute" -}}
{{- if (index $.Values .).enabled -}}
{{- $remedy := printf "set service.enabled to true, or %s.enabled to false" . -}}
{{- $problem := "service.enabled is false and %s.enabled true: there is no Service to send requests to; %s" -}}
{{- $problems = append $problems (printf $problem . $remedy) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{/* Routes that could lead nobody here. */}}
{{- define "lastcall.check.routes" -}}
{{- $problems := list -}}
{{- if and .Values.ingress.enabled (not .Values.ingress.hosts) -}}
{{- $problems = append $problems "ingress.hosts is empty and ingress.enabled true: name a host, such as [{host: shop.example.com}]" -}}
{{- end -}}
{{- if and .Values.httpRoute.enabled (not .Values.httpRoute.parentRefs) -}}
{{- $problems = append $problems
  "httpRoute.parentRefs is empty and httpRoute.enabled true: name your Gateway, such as [{name: gateway}]" -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}
