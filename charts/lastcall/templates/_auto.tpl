{{/*
lifecycle.auto: lastcall is loaded into a server that knows nothing of it, by NODE_OPTIONS. A Deployment has one NODE_OPTIONS, so the user's own
is taken out of `env` and put in front.
*/}}

{{/* The user's entry of `env` for NODE_OPTIONS, as JSON; empty without one. */}}
{{- define "lastcall.auto.own" -}}
{{- $own := dict -}}
{{- range .Values.env -}}
{{- if eq .name "NODE_OPTIONS" -}}{{- $own = . -}}{{- end -}}
{{- end -}}
{{- toJson $own -}}
{{- end -}}

{{/* What `--import` names: the image's own package, found from its working directory, or the copy that the init container makes. */}}
{{- define "lastcall.auto.module" -}}
{{- ternary "/opt/lastcall/dist/integrations/auto/index.js" "lastcall/auto" (not (empty .Values.lifecycle.autoImage)) -}}
{{- end -}}

{{/*
The container's environment, as a JSON list. An own NODE_OPTIONS keeps its place: what it refers to, as $(HEAP), has to come before it.
*/}}
{{- define "lastcall.container.env" -}}
{{- $entries := list -}}
{{- range include "lastcall.lifecycle.env" . | fromJsonArray -}}
{{- $entries = append $entries (pick . "name" "value") -}}
{{- end -}}
{{- $entries = append $entries (dict "name" "POD_NAME" "valueFrom" (dict "fieldRef" (dict "fieldPath" "metadata.name"))) -}}
{{- $options := include "lastcall.auto.nodeOptions" . -}}
{{- $entry := dict "name" "NODE_OPTIONS" "value" $options -}}
{{- if and $options (not (include "lastcall.auto.own" . | fromJson)) -}}{{- $entries = append $entries $entry -}}{{- end -}}
{{- range .Values.env -}}
{{- $entries = append $entries (ternary $entry . (and (ne $options "") (eq .name "NODE_OPTIONS"))) -}}
{{- end -}}
{{- toJson $entries -}}
{{- end -}}

{{/* Value of NODE_OPTIONS; nothing without lifecycle.auto. */}}
{{- define "lastcall.auto.nodeOptions" -}}
{{- if .Values.lifecycle.auto -}}
{{- $own := include "lastcall.auto.own" . | fromJson -}}
{{- printf "%s --import %s" (default "" $own.value) (include "lastcall.auto.module" .) | trim -}}
{{- end -}}
{{- end -}}

{{/* What is wrong, as a JSON list. */}}
{{- define "lastcall.check.auto" -}}
{{- $problems := list -}}
{{- $own := include "lastcall.auto.own" . | fromJson -}}
{{- if .Values.lifecycle.auto -}}
{{- if hasKey $own "valueFrom" -}}
{{- $problems = append $problems (printf "env: NODE_OPTIONS has a valueFrom, and lifecycle.auto has to append `--import %s` to it: give it a value, or append that yourself and set lifecycle.auto to false" (include "lastcall.auto.module" .)) -}}
{{- end -}}
{{- if regexMatch "lastcall[^ ]*/auto" (default "" $own.value) -}}
{{- $problems = append $problems (printf "env: NODE_OPTIONS is %s, and lifecycle.auto imports lastcall/auto as well: leave it to one of them" $own.value) -}}
{{- end -}}
{{- else if .Values.lifecycle.autoImage -}}
{{- $problems = append $problems (printf "lifecycle.autoImage is %s and lifecycle.auto is false: nothing would be taken from it; set lifecycle.auto to true" .Values.lifecycle.autoImage) -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{/*
The container that copies the package, for images without it. It needs an image in whose working directory Node finds lastcall, and no shell.
*/}}
{{- define "lastcall.auto.initContainers" -}}
{{- if and .Values.lifecycle.auto .Values.lifecycle.autoImage -}}
initContainers:
  - name: lastcall
    image: {{ .Values.lifecycle.autoImage | quote }}
    imagePullPolicy: {{ .Values.image.pullPolicy }}
    command:
      - node
      - --eval
      - >-
        const { dirname } = require('node:path');
        require('node:fs').cpSync(dirname(require.resolve('lastcall/package.json')), '/opt/lastcall', { recursive: true })
    {{- with .Values.resources }}
    resources:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    {{- with .Values.containerSecurityContext }}
    securityContext:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    volumeMounts:
      - name: lastcall
        mountPath: /opt/lastcall
{{- end -}}
{{- end -}}
