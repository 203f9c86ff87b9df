{{/* What things are called. */}}

{{- define "stickler.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* The release's name, and the chart's where it is not in it already. */}}
{{- define "stickler.fullname" -}}
{{- $name := include "stickler.name" . -}}
{{- $both := contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name) -}}
{{- default $both .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- end -}}

{{/* The labels that select the Pods; a Deployment's selector never changes. */}}
{{- define "stickler.selector" -}}
app.kubernetes.io/name: {{ include "stickler.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "stickler.labels" -}}
{{ include "stickler.selector" . }}
{{ include "stickler.origin" . }}
{{- end -}}

{{/* The labels that tell where an object comes from. */}}
{{- define "stickler.origin" -}}
app.kubernetes.io/component: admission-webhook
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{/* A digest pins the image whatever its tag. */}}
{{- define "stickler.image" -}}
{{- with .Values.image -}}
{{- .repository }}:{{ .tag | default $.Chart.AppVersion }}{{ with .digest }}@{{ . }}{{ end -}}
{{- end -}}
{{- end -}}

{{/* The Secret that holds the pair to serve with; selfManaged has none. */}}
{{- define "stickler.tlsSecret" -}}
{{- if eq .Values.certificates.mode "existingSecret" -}}
{{- required "certificates.existingSecret.name: the Secret with tls.crt and tls.key" .Values.certificates.existingSecret.name -}}
{{- else -}}
{{- include "stickler.fullname" . }}-tls
{{- end -}}
{{- end -}}

{{/* Restricted, as Pod Security Admission has it; for every container. */}}
{{- define "stickler.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "stickler.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{/* The flags by which a replica knows itself; those with the usual name are left out. */}}
{{- define "stickler.certificateFlags" -}}
{{- $name := include "stickler.fullname" . -}}
{{- if eq .Values.certificates.mode "selfManaged" -}}
- --self-managed
{{- if ne $name "stickler" }}
- --secret={{ $name }}-ca
- --service={{ $name }}
- --webhook-configuration={{ $name }}
{{- end }}
{{- else -}}
- --tls-cert=/certs/tls.crt
- --tls-key=/certs/tls.key
- --tls-ca={{ eq .Values.certificates.mode "existingSecret" | ternary "/ca" "/certs" }}/ca.crt
{{- end -}}
{{- end -}}
