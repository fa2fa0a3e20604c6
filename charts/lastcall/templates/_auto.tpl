{{/* lifecycle.auto: lastcall is loaded into a server that knows nothing of it, by NODE_OPTIONS. */}}

{{/* What `--import` names: the image's own package, found from its working directory, or the copy that the init container makes. */}}
{{- define "lastcall.auto.module" -}}
{{- ternary "/opt/lastcall/dist/integrations/auto/index.js" "lastcall/auto" (not (empty .Values.lifecycle.autoImage)) -}}
{{- end -}}

{{/* What is wrong, as a JSON list. */}}
{{- define "lastcall.check.auto" -}}
{{- $problems := list -}}
{{- if and .Values.lifecycle.autoImage (not .Values.lifecycle.auto) -}}
{{- $problems = append $problems (printf
  "lifecycle.autoImage is %s and lifecycle.auto is false: nothing would be taken from it; set lifecycle.auto to true"
  .Values.lifecycle.autoImage) -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{/*
The container that copies the package, for images without it. It needs an image in whose working directory Node finds lastcall,
and no shell.
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
