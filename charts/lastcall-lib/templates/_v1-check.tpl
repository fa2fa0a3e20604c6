{{/* Fails with everything that is wrong in one message; writes nothing. */}}
{{- define "lastcall.v1.check" -}}
{{- $problems := include "lastcall.v1.problems" . | fromJsonArray -}}
{{- if $problems -}}
{{- fail (printf "\nthese values cannot be used:\n  - %s" (join "\n  - " $problems)) -}}
{{- end -}}
{{- end -}}

{{/* What is wrong, as a JSON list, for a chart that has checks of its own. Sums are judged once each number is one. */}}
{{- define "lastcall.v1.problems" -}}
{{- $problems := include "lastcall.v1.problems.input" . | fromJsonArray -}}
{{- if not $problems -}}
{{- $problems = concat (include "lastcall.v1.problems.times" . | fromJsonArray) (include "lastcall.v1.problems.env" . | fromJsonArray) -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{/* A key that is unknown would be a setting that does nothing: the chart around this one may have no schema. */}}
{{- define "lastcall.v1.problems.keys" -}}
{{- $problems := list -}}
{{- $path := .path -}}
{{- $defaults := .defaults -}}
{{- range $key, $value := .given | default dict -}}
{{- $own := ternary $key (printf "%s.%s" $path $key) (eq $path "") -}}
{{- if not (hasKey $defaults $key) -}}
{{- $problems = append $problems (printf "%s is not known; there are %s" $own (keys $defaults | sortAlpha | join ", ")) -}}
{{- else if and (kindIs "map" (index $defaults $key)) (not (kindIs "invalid" $value)) -}}
{{- if kindIs "map" $value -}}
{{- $part := dict "path" $own "given" $value "defaults" (index $defaults $key) -}}
{{- $problems = concat $problems (include "lastcall.v1.problems.keys" $part | fromJsonArray) -}}
{{- else -}}
{{- $problems = append $problems (printf "%s is %v, wanted a map of %s"
  $own $value (keys (index $defaults $key) | sortAlpha | join ", ")) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{- define "lastcall.v1.problems.input" -}}
{{- $path := .path | default "lifecycle" -}}
{{- $defaults := include "lastcall.v1.defaults" . | fromYaml -}}
{{- $problems := include "lastcall.v1.problems.keys" (dict "path" "" "given" (omit . "lifecycle") "defaults" $defaults) | fromJsonArray -}}
{{- $times := dict "path" $path "given" .lifecycle "defaults" $defaults.lifecycle -}}
{{- $problems = concat $problems (include "lastcall.v1.problems.keys" $times | fromJsonArray) -}}
{{- if not $problems -}}
{{- $input := include "lastcall.v1.input" . | fromJson -}}
{{- $numbers := list
  (list "port" $input.port 1 65535)
  (list "probePort" $input.probePort 1 65535)
  (list (printf "%s.preStop.seconds" $path) $input.lifecycle.preStop.seconds 0 99999)
-}}
{{- range $key, $value := $input.lifecycle -}}
{{- if hasSuffix "Seconds" $key -}}{{- $numbers = append $numbers (list (printf "%s.%s" $path $key) $value 0 99999) -}}{{- end -}}
{{- end -}}
{{- range $name, $probe := $input.probes -}}
{{- range $key, $value := $probe -}}{{- $numbers = append $numbers (list (printf "probes.%s.%s" $name $key) $value 1 99999) -}}{{- end -}}
{{- end -}}
{{- range $numbers -}}
{{- $value := index . 1 -}}
{{- $isWhole := regexMatch "^[0-9]{1,5}$" (toJson $value) -}}
{{- $isWithin := and $isWhole (ge (int $value) (index . 2)) (le (int $value) (index . 3)) -}}
{{- if not (or (kindIs "invalid" $value) $isWithin) -}}
{{- $wanted := printf "wanted a whole number from %d to %d" (index . 2) (index . 3) -}}
{{- $problems = append $problems (printf "%s is %s, %s" (index . 0) (toJson $value) $wanted) -}}
{{- end -}}
{{- end -}}
{{- /* The text "false" would count as true. */ -}}
{{- range list "acceptLoss" "auto" -}}
{{- $value := index $input.lifecycle . -}}
{{- if not (kindIs "bool" $value) -}}
{{- $problems = append $problems (printf "%s.%s is %s, wanted true or false" $path . (toJson $value)) -}}
{{- end -}}
{{- end -}}
{{- $mode := $input.lifecycle.preStop.mode -}}
{{- if not (has $mode (list "auto" "sleep" "none")) -}}
{{- $problems = append $problems (printf "%s.preStop.mode is %v, wanted auto, sleep or none" $path $mode) -}}
{{- end -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}
