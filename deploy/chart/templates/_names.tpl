{{/* Names, labels and what several templates share. */}}

{{- define "stickler.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/*
The release's name, with the chart's where the release's does not contain it.
It names a Service, whose name is a DNS label: no dot, and a letter first.
*/}}
{{- define "stickler.fullname" -}}
{{- $name := include "stickler.name" . -}}
{{- $both := contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name) -}}
{{- $full := default $both .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- if not (regexMatch "^[a-z]([-a-z0-9]*[a-z0-9])?$" $full) -}}
{{- printf "the name '%s' cannot name a Service: use lower-case letters, digits and '-', a letter first; set fullnameOverride" $full | fail -}}
{{- end -}}
{{- $full -}}
{{- end -}}

{{- define "stickler.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (.Values.serviceAccount.create | ternary (include "stickler.fullname" .) "default") -}}
{{- end -}}

{{/* The labels that select the Pods; a Deployment's selector cannot be changed. */}}
{{- define "stickler.selector" -}}
app.kubernetes.io/name: {{ include "stickler.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "stickler.labels" -}}
{{ include "stickler.selector" . }}
{{ include "stickler.origin" . }}
{{- end -}}

{{/* The labels that say where an object comes from. */}}
{{- define "stickler.origin" -}}
app.kubernetes.io/component: admission-webhook
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{/*
The metadata of an object: `root`, and optionally `name`, `labels` and
`annotations` of this object's own. The chart's labels come last and win;
stickler.validate refuses others of the same name.
*/}}
{{- define "stickler.metadata" -}}
{{- $root := .root -}}
name: {{ .name | default (include "stickler.fullname" $root) }}
labels:
  {{- include "stickler.labels" $root | nindent 2 }}
  {{- with mustMergeOverwrite (dict) $root.Values.commonLabels (.labels | default dict) }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with mustMergeOverwrite (dict) $root.Values.commonAnnotations (.annotations | default dict) }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* A digest pins the image whatever its tag. */}}
{{- define "stickler.image" -}}
{{- with .Values.image -}}
{{- .repository }}:{{ .tag | default $.Chart.AppVersion }}{{ with .digest }}@{{ . }}{{ end -}}
{{- end -}}
{{- end -}}

{{/* The Secret with the certificate and key; selfManaged has none. */}}
{{- define "stickler.tlsSecret" -}}
{{- if eq .Values.certificates.mode "existingSecret" -}}
{{- required "certificates.existingSecret.name: the Secret with tls.crt and tls.key" .Values.certificates.existingSecret.name -}}
{{- else -}}
{{- include "stickler.fullname" . }}-tls
{{- end -}}
{{- end -}}

{{/*
OpenShift gives each namespace a range of user ids of its own and refuses
others; the image's user is a number, so runAsNonRoot holds without one here.
*/}}
{{- define "stickler.podSecurityContext" -}}
{{- $context := .Values.podSecurityContext -}}
{{- if .Capabilities.APIVersions.Has "security.openshift.io/v1" -}}
{{- $context = omit $context "runAsUser" "runAsGroup" "fsGroup" -}}
{{- end -}}
{{- toYaml $context -}}
{{- end -}}
