{{- define "chart.app" -}}
{{ .Files.Get "files/app.json" }}
{{- end }}

{{- define "chart.name" -}}
{{ default .Chart.Name .Values.nameOverride | trunc 53 | trimSuffix "-" }}
{{- end }}

{{- define "chart.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{ .Values.fullnameOverride | trunc 53 | trimSuffix "-" }}
{{- else if contains (include "chart.name" .) .Release.Name -}}
{{ .Release.Name | trunc 53 | trimSuffix "-" }}
{{- else -}}
{{ printf "%s-%s" .Release.Name (include "chart.name" .) | trunc 53 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "chart.selector" -}}
app.kubernetes.io/name: {{ include "chart.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "chart.labels" -}}
{{ include "chart.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "chart.image" -}}
{{- with .Values.image -}}
{{ .repository }}{{ with .tag }}:{{ . }}{{ end }}{{ with .digest }}@{{ . }}{{ end }}
{{- end -}}
{{- end }}

{{- define "chart.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{ default (include "chart.fullname" .) .Values.serviceAccount.name }}
{{- else -}}
{{ default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "chart.secret" -}}
{{ default (printf "%s-keys" (include "chart.fullname" .)) .Values.secret.existingSecret }}
{{- end }}

{{- define "chart.podSecurity" -}}
runAsNonRoot: true
{{- with .Values.podSecurityContext }}
{{ toYaml . }}
{{- end }}
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "chart.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{- /* A number of a values file is a float to Helm, which would write 10485760 as 1.048576e+07. */ -}}
{{- define "chart.plain" -}}
{{- if kindIs "float64" . }}{{ if eq . (floor .) }}{{ printf "%.0f" . }}{{ else }}{{ . }}{{ end }}{{ else }}{{ . }}{{ end }}
{{- end }}

{{- /* Environment of every container that runs the application: settings, database, keys. */ -}}
{{- define "chart.env" -}}
{{- $app := include "chart.app" . | fromJson -}}
{{- range $name, $value := .Values.env }}
- { name: {{ $name }}, value: {{ include "chart.plain" $value | quote }} }
{{- end }}
{{- with .Values.database }}
{{- $values := dict "host" .host "port" (toString .port) "name" .name "user" .user }}
{{- if .host }}
{{- range $part, $value := $values }}
{{- range $name := index $app.database $part }}
- { name: {{ $name }}, value: {{ $value | quote }} }
{{- end }}
{{- end }}
{{- end }}
{{- if .existingSecret }}
{{- range $app.database.url }}
- name: {{ . }}
  valueFrom: { secretKeyRef: { name: {{ $.Values.database.existingSecret }}, key: {{ $.Values.database.urlKey }} } }
{{- end }}
{{- range $app.database.password }}
- name: {{ . }}
  valueFrom: { secretKeyRef: { name: {{ $.Values.database.existingSecret }}, key: {{ $.Values.database.passwordKey }} } }
{{- end }}
{{- end }}
{{- end }}
{{- range $app.generated }}
- name: {{ . }}
  valueFrom: { secretKeyRef: { name: {{ include "chart.secret" $ }}, key: {{ . }} } }
{{- end }}
{{- range $app.secrets }}
- name: {{ . }}
  valueFrom: { secretKeyRef: { name: {{ include "chart.secret" $ }}, key: {{ . }}, optional: true } }
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "chart.mounts" -}}
- { name: data, mountPath: /data }
- { name: tmp, mountPath: /tmp }
{{- end }}

{{- define "chart.volumes" -}}
- name: tmp
  emptyDir: {}
- name: data
{{- if .Values.persistence.enabled }}
  persistentVolumeClaim: { claimName: {{ default (include "chart.fullname" .) .Values.persistence.existingClaim }} }
{{- else }}
  emptyDir: {}
{{- end }}
{{- end }}
