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
{{- if not (has (kindOf .given) (list "map" "invalid")) -}}
{{- $problems = append $problems (printf "%s is %s, wanted a map of %s"
  $path (toJson .given) (keys $defaults | sortAlpha | join ", ")) -}}
{{- else -}}
{{- range $key, $value := .given -}}
{{- $own := ternary $key (printf "%s.%s" $path $key) (eq $path "") -}}
{{- if not (hasKey $defaults $key) -}}
{{- $problems = append $problems (printf "%s is not known; there are %s" $own (keys $defaults | sortAlpha | join ", ")) -}}
{{- else if kindIs "map" (index $defaults $key) -}}
{{- $part := dict "path" $own "given" $value "defaults" (index $defaults $key) -}}
{{- $problems = concat $problems (include "lastcall.v1.problems.keys" $part | fromJsonArray) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{/* What is no text, or not such a one, as a JSON list. A blank one is the default. */}}
{{- define "lastcall.v1.problems.texts" -}}
{{- $problems := list -}}
{{- $texts := list
  (list "path" "^\\S+$" "the place of lifecycle in your values")
  (list "module" "^\\S+$" "what lifecycle.auto imports, such as lastcall/auto")
  (list "kubeVersion" "^v?[0-9]+([.](0|[1-9][0-9]*)){0,2}([-+][-+.0-9A-Za-z]+)?$" "a version as text, such as v1.30.0")
-}}
{{- range $texts -}}
{{- $value := index $ (index . 0) -}}
{{- $isText := and (kindIs "string" $value) (regexMatch (index . 1) (toString $value)) -}}
{{- if not (or (kindIs "invalid" $value) $isText) -}}
{{- $problems = append $problems (printf "%s is %s, wanted %s" (index . 0) (toJson $value) (index . 2)) -}}
{{- end -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{- define "lastcall.v1.problems.input" -}}
{{- $path := ternary .path "lifecycle" (kindIs "string" .path) -}}
{{- $defaults := include "lastcall.v1.defaults" . | fromYaml -}}
{{- $problems := include "lastcall.v1.problems.keys" (dict "path" "" "given" (omit . "lifecycle") "defaults" $defaults) | fromJsonArray -}}
{{- $times := dict "path" $path "given" .lifecycle "defaults" $defaults.lifecycle -}}
{{- $problems = concat $problems (include "lastcall.v1.problems.keys" $times | fromJsonArray) -}}
{{- $problems = concat $problems (include "lastcall.v1.problems.texts" . | fromJsonArray) -}}
{{- $problems = concat $problems (include "lastcall.v1.problems.entries" .env | fromJsonArray) -}}
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
