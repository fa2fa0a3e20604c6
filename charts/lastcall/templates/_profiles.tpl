{{/*
Profiles of the outermost hop. Their numbers and annotations are data, in files/profiles.yaml; here they become defaults, refusals
and notes.
*/}}

{{/* The chosen profile as JSON; that of traffic inside the cluster without one. */}}
{{- define "lastcall.profile" -}}
{{- $all := .Files.Get "files/profiles.yaml" | fromYaml -}}
{{- index $all (.Values.profile | default "clusterIP") | toJson -}}
{{- end -}}

{{/* `lifecycle` with the profile's delay where none is set. Without a hook the server waits as long itself. */}}
{{- define "lastcall.profile.lifecycle" -}}
{{- $profile := include "lastcall.profile" . | fromJson -}}
{{- $lifecycle := omit .Values.lifecycle "autoImage" | toJson | fromJson -}}
{{- if kindIs "invalid" $lifecycle.preStop.seconds -}}
{{- $_ := set $lifecycle.preStop "seconds" (int $profile.delaySeconds) -}}
{{- end -}}
{{- if and .Values.profile .Values.service.enabled (eq $lifecycle.preStop.mode "none")
  (kindIs "invalid" $lifecycle.shutdownDelaySeconds) -}}
{{- $_ := set $lifecycle "shutdownDelaySeconds" (int $profile.delaySeconds) -}}
{{- end -}}
{{- toJson $lifecycle -}}
{{- end -}}

{{- define "lastcall.minReadySeconds" -}}
{{- $profile := include "lastcall.profile" . | fromJson -}}
{{- ternary $profile.minReadySeconds .Values.minReadySeconds (kindIs "invalid" .Values.minReadySeconds) | int -}}
{{- end -}}

{{/* What the profile has under a key, as JSON below `value`, with the release's numbers in it. Providers take 1 to 3600 s. */}}
{{- define "lastcall.profile.filled" -}}
{{- $profile := include "lastcall.profile" .root | fromJson -}}
{{- $n := include "lastcall.lifecycle" .root | fromJson -}}
{{- $forceClose := add $n.preStop $n.shutdownDelay $n.drainTimeout | int -}}
{{- $empty := ternary dict "" (hasSuffix "Annotations" .key) -}}
{{- $text := dict "value" (get $profile .key | default $empty) | toJson -}}
{{- $numbers := dict
  "probePort" (int .root.Values.probePort)
  "forceCloseSeconds" (min 3600 $forceClose)
  "exitSeconds" (add $forceClose $n.hooksTimeout)
  "drainSeconds" (max 1 (min 3600 (int $n.drainTimeout)))
  "namespace" .root.Release.Namespace
-}}
{{- range $name, $value := $numbers -}}
{{- $text = replace (printf "\\u003c%s\\u003e" $name) (toString $value) $text -}}
{{- end -}}
{{- $text -}}
{{- end -}}

{{/* Annotations of the profile (serviceAnnotations, podAnnotations, ingressAnnotations) as a JSON dict; only for a chosen one. */}}
{{- define "lastcall.profile.annotations" -}}
{{- if .root.Values.profile -}}{{- (include "lastcall.profile.filled" . | fromJson).value | toJson -}}{{- else -}}{}{{- end -}}
{{- end -}}

{{/*
What the profile does not allow, as a JSON list. Nobody sends requests to a worker: it has a profile only for its annotations of
the pods (a sidecar has to outlive a worker as well). A readiness gate takes the place of minReadySeconds.
*/}}
{{- define "lastcall.check.profile" -}}
{{- $problems := list -}}
{{- if and .Values.profile (not .Values.service.enabled) (not (include "lastcall.profile" . | fromJson).podAnnotations) -}}
{{- $problems = append $problems (printf (print "profile is %s and service.enabled is false: a worker has no outermost hop, "
  "so its pods would not wait before SIGTERM; leave profile empty, or set service.enabled to true if requests come through "
  "a Service of your own (that of the chart does no harm beside it)") .Values.profile) -}}
{{- end -}}
{{- if and .Values.profile .Values.service.enabled (not .Values.lifecycle.acceptLoss) -}}
{{- $profile := include "lastcall.profile" . | fromJson -}}
{{- $n := include "lastcall.lifecycle" . | fromJson -}}
{{- $wait := add $n.preStop $n.shutdownDelay | int -}}
{{- $least := int $profile.leastDelaySeconds -}}
{{- if lt $wait $least -}}
{{- $problem := print "profile is %s, which sends requests to a deleted pod for %d s or longer, "
  "and preStop %d + shutdown delay %d = %d s: the requests after that would fail; " -}}
{{- $hookless := eq .Values.lifecycle.preStop.mode "none" -}}
{{- $delay := ternary "shutdownDelaySeconds" "preStop.seconds" $hookless -}}
{{- /* Beside a hook the shutdown delay that nobody has set is 2, also where it is 5 now. */ -}}
{{- $given := .Values.lifecycle.shutdownDelaySeconds -}}
{{- $other := ternary 0 (ternary 2 $given (kindIs "invalid" $given) | int) $hookless -}}
{{- $remedy := print "set lifecycle.%s to null (%d) or to at least %d, or lifecycle.acceptLoss to true; "
  "if you have measured less, leave profile empty" -}}
{{- $problems = append $problems (printf (print $problem $remedy) .Values.profile $least (int $n.preStop) (int $n.shutdownDelay)
  $wait $delay (int $profile.delaySeconds) (sub $least $other | int)) -}}
{{- end -}}
{{- $ready := include "lastcall.minReadySeconds" . | int -}}
{{- if and (lt $ready (int $profile.minReadySeconds)) (not $profile.gate) -}}
{{- $problems = append $problems (printf (print "profile is %s, which needs %d s to learn of a new pod, "
  "and minReadySeconds is %d: old pods would go before that; set minReadySeconds to null or to %d")
  .Values.profile (int $profile.minReadySeconds) $ready (int $profile.minReadySeconds)) -}}
{{- end -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{/* What only the user can do, as a JSON list of sentences. */}}
{{- define "lastcall.profile.notes" -}}
{{- $notes := list -}}
{{- if .Values.profile -}}
{{- $profile := include "lastcall.profile" . | fromJson -}}
{{- $notes = append $notes (printf "Profile %s (%s):" .Values.profile $profile.hop) -}}
{{- range $key, $title := dict "gate" "Readiness gate" "keepAlive" "Keep-alive" "healthCheck" "Health check" -}}
{{- with (include "lastcall.profile.filled" (dict "root" $ "key" $key) | fromJson).value -}}
{{- $notes = append $notes (printf "- %s: %s" $title .) -}}
{{- end -}}
{{- end -}}
{{- if not .Values.ingress.enabled -}}
{{- range $name, $value := include "lastcall.profile.annotations" (dict "root" . "key" "ingressAnnotations") | fromJson -}}
{{- $notes = append $notes (printf "- Annotation of your Ingress: %s: %q" $name $value) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $notes -}}
{{- end -}}

{{/* What is odd about profile and Service, as a JSON list. */}}
{{- define "lastcall.profile.warnings" -}}
{{- $warnings := list -}}
{{- $provider := print "^(service\\.(beta\\.)?kubernetes\\.io|cloud\\.google\\.com|networking\\.gke\\.io"
  "|load-balancer\\.hetzner\\.cloud|oci\\.oraclecloud\\.com)/" -}}
{{- $type := (include "lastcall.profile" . | fromJson).serviceType -}}
{{- if and .Values.profile $type (ne .Values.service.type (toString $type)) -}}
{{- $warnings = append $warnings (printf "profile is %s and service.type %s: the provider makes a load balancer for type %s only."
  .Values.profile .Values.service.type $type) -}}
{{- end -}}
{{- if and (not .Values.profile) (eq .Values.service.type "LoadBalancer") -}}
{{- $found := list -}}
{{- range $name, $_ := .Values.service.annotations | default dict -}}
{{- if regexMatch $provider $name -}}{{- $found = append $found $name -}}{{- end -}}
{{- end -}}
{{- if $found -}}
{{- $n := include "lastcall.lifecycle" . | fromJson -}}
{{- $warnings = append $warnings (printf (print "service.annotations has %s, and profile is empty: "
  "a provider's load balancer may send requests to a deleted pod for minutes, "
  "and preStop %d + shutdown delay %d = %d s. Set profile, or measure the delay and set lifecycle.preStop.seconds.")
  (first $found) (int $n.preStop) (int $n.shutdownDelay) (add $n.preStop $n.shutdownDelay | int)) -}}
{{- end -}}
{{- end -}}
{{- $asks := include "lastcall.profile.annotations" (dict "root" . "key" "serviceAnnotations") | regexMatch "health" -}}
{{- $asked := or (include "lastcall.profile" . | fromJson).healthCheck $asks -}}
{{- $asked = or $asked (regexMatch "health" (include "lastcall.profile.annotations" (dict "root" . "key" "ingressAnnotations"))) -}}
{{- if and .Values.profile .Values.service.enabled $asked .Values.networkPolicy.enabled (not .Values.networkPolicy.probesFrom) -}}
{{- $warnings = append $warnings (printf (print "networkPolicy.probesFrom is empty, and the load balancer of profile %s asks the "
  "probe port: no pod would ever be healthy to it. Name the addresses that its health checks come from (ipBlock).")
  .Values.profile) -}}
{{- end -}}
{{- toJson $warnings -}}
{{- end -}}
