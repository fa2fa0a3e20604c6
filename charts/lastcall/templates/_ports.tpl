{{/*
Ports and their names are looked up by both: a name twice makes the Service choose one, and a port twice is refused by the API server in the
Service and silently kept in the container.
*/}}
{{- define "lastcall.check.ports" -}}
{{- $problems := list -}}
{{- $names := list "http" "probes" -}}
{{- $ports := list (int .Values.port) (int .Values.probePort) -}}
{{- $servicePorts := list (int .Values.service.port) -}}
{{- if and .Values.service.nodePort (eq .Values.service.type "ClusterIP") -}}
{{- $problems = append $problems (printf
  "service.nodePort is %d and service.type ClusterIP, which has none: set the type to NodePort or LoadBalancer, or nodePort to null"
  (int .Values.service.nodePort)) -}}
{{- end -}}
{{- range .Values.extraPorts -}}
{{- $servicePort := int (default .port .servicePort) -}}
{{- if has .name $names -}}
{{- $problems = append $problems (printf
  "extraPorts: the name %s is taken; give each port a name of its own (http and probes are the chart's)" .name) -}}
{{- end -}}
{{- if has (int .port) $ports -}}
{{- $problems = append $problems (printf
  "extraPorts: %s is port %d, which another port of the container is already; give it another" .name (int .port)) -}}
{{- end -}}
{{- if has $servicePort $servicePorts -}}
{{- $problems = append $problems (printf
  "extraPorts: %s is port %d of the Service, which another one is already; set its servicePort" .name $servicePort) -}}
{{- end -}}
{{- $names = append $names .name -}}
{{- $ports = append $ports (int .port) -}}
{{- $servicePorts = append $servicePorts $servicePort -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}
