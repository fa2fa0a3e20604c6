{{/* A duration such as 1m30s in milliseconds. */}}
{{- define "lastcall.v1.milliseconds" -}}
{{- $units := dict "ms" 1 "s" 1000 "m" 60000 "h" 3600000 -}}
{{- $sum := 0 -}}
{{- range regexFindAll "[0-9.]+(ms|s|m|h)" (toString .) -1 -}}
{{- $number := regexFind "^[0-9.]+" . -}}
{{- $sum = addf $sum (mulf (float64 $number) (get $units (trimPrefix $number .))) -}}
{{- end -}}
{{- $sum -}}
{{- end -}}

{{/* Entries of `env` that are none, as a JSON list: each as the API server takes it, which takes no number for a value. */}}
{{- define "lastcall.v1.problems.entries" -}}
{{- $problems := list -}}
{{- if not (has (kindOf .) (list "slice" "invalid")) -}}
{{- $problems = append $problems (printf "env is %s, wanted a list, as [{name: A, value: text}]" (toJson .)) -}}
{{- else -}}
{{- range $index, $entry := . -}}
{{- $own := printf "env[%d]" $index -}}
{{- if not (kindIs "map" $entry) -}}
{{- $problems = append $problems (printf "%s is %s, wanted a map of name, value, valueFrom" $own (toJson $entry)) -}}
{{- else -}}
{{- $name := index $entry "name" -}}
{{- if not (hasKey $entry "name") -}}
{{- $problems = append $problems (printf "%s has no name: it is %s" $own (toJson $entry)) -}}
{{- else if not (and (kindIs "string" $name) $name) -}}
{{- $problems = append $problems (printf "%s.name is %s, wanted text" $own (toJson $name)) -}}
{{- end -}}
{{- if not (has (kindOf (index $entry "value")) (list "string" "invalid")) -}}
{{- $problems = append $problems (printf "%s.value (%v) is %s, wanted text: put it in quotes" $own $name (toJson $entry.value)) -}}
{{- end -}}
{{- if not (has (kindOf (index $entry "valueFrom")) (list "map" "invalid")) -}}
{{- $problems = append $problems (printf "%s.valueFrom (%v) is %s, wanted a map" $own $name (toJson $entry.valueFrom)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{/*
What is wrong with the given environment, as a JSON list. A name twice in one list is refused by server-side apply, and whichever won,
the pod's numbers and the server's would differ.
*/}}
{{- define "lastcall.v1.problems.env" -}}
{{- $input := include "lastcall.v1.input" . | fromJson -}}
{{- $problems := list -}}
{{- $own := dict -}}
{{- range include "lastcall.v1.own" . | fromJsonArray -}}
{{- $_ := set $own .name . -}}
{{- end -}}
{{- $probe := int $input.probes.readiness.timeoutSeconds -}}
{{- $seen := dict -}}
{{- range $input.env -}}
{{- $mine := get $own .name -}}
{{- if $mine -}}
{{- $problems = append $problems (printf "env: %s comes from the chart and is %s; set %s instead" .name $mine.value $mine.setting) -}}
{{- end -}}
{{- if and (hasKey . "value") (hasKey . "valueFrom") -}}
{{- $problems = append $problems (printf "env: %s has a value and a valueFrom: the API server refuses that; keep one of them" .name) -}}
{{- end -}}
{{- if hasKey $seen .name -}}
{{- $problems = append $problems (printf "env: %s is there twice: server-side apply refuses that; keep one of them" .name) -}}
{{- end -}}
{{- $_ := set $seen .name true -}}
{{- /* The kubelet does not wait for the answer that names the failing check. */ -}}
{{- if and (eq .name "LASTCALL_CHECK_TIMEOUT") .value (ge (include "lastcall.v1.milliseconds" .value | float64) (mulf $probe 1000)) -}}
{{- $problems = append $problems (printf (print "env: LASTCALL_CHECK_TIMEOUT is %s and probes.readiness.timeoutSeconds is %d: "
  "the kubelet would not wait for the answer, which says what failed; raise timeoutSeconds or lower it") .value $probe) -}}
{{- end -}}
{{- end -}}
{{- if $input.lifecycle.auto -}}
{{- $options := include "lastcall.v1.nodeOptions" $input | fromJson -}}
{{- $auto := printf "%s.auto" $input.path -}}
{{- if hasKey $options "valueFrom" -}}
{{- $problems = append $problems (printf (print "env: NODE_OPTIONS has a valueFrom, and %s has to append `--import %s` to it: "
  "give it a value, or append that yourself and set %s to false") $auto $input.module $auto) -}}
{{- end -}}
{{- if regexMatch "lastcall[^ ]*/auto" (default "" $options.value) -}}
{{- $problems = append $problems (printf "env: NODE_OPTIONS is %s, and %s imports lastcall/auto as well: leave it to one of them"
  $options.value $auto) -}}
{{- end -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}
