{{/*
Values that the schema cannot refuse, because two values are at odds or because
the schema's words would not say why. Prints nothing.
*/}}
{{- define "stickler.validate" -}}
{{- include "stickler.validateLabels" . -}}
{{- with .Values.podDisruptionBudget -}}
{{- if and .enabled (eq 0 (toString .maxUnavailable | trimSuffix "%" | atoi)) -}}
{{- printf "podDisruptionBudget.maxUnavailable: %v forbids every eviction, so that no node can be drained; use 1 or more" .maxUnavailable | fail -}}
{{- end -}}
{{- end -}}
{{- with .Values.autoscaling -}}
{{- if and .enabled (gt (int .minReplicas) (int .maxReplicas)) -}}
{{- printf "autoscaling.minReplicas: %d is more than autoscaling.maxReplicas, %d" (int .minReplicas) (int .maxReplicas) | fail -}}
{{- end -}}
{{- end -}}
{{- if eq (int .Values.server.httpsPort) (int .Values.server.adminPort) -}}
{{- printf "server.adminPort: %d is server.httpsPort too; use another" (int .Values.server.adminPort) | fail -}}
{{- end -}}
{{- if and .Values.serviceMonitor.enabled (eq (int .Values.service.port) (int .Values.server.adminPort)) -}}
{{- printf "service.port: %d is server.adminPort too, which the Service has for metrics; use another" (int .Values.service.port) | fail -}}
{{- end -}}
{{- if and .Values.callers.names (not .Values.callers.caConfigMap) -}}
{{- fail "callers.names: without callers.caConfigMap no certificate is asked for, and everybody may call" -}}
{{- end -}}
{{- if and (eq .Values.certificates.mode "existingSecret") .Values.certificates.existingSecret.caBundle -}}
{{- if not (contains "-----BEGIN CERTIFICATE-----" .Values.certificates.existingSecret.caBundle) -}}
{{- fail "certificates.existingSecret.caBundle: expected a certificate as PEM (-----BEGIN CERTIFICATE-----), not base64 of it and not a file's name; use --set-file" -}}
{{- end -}}
{{- end -}}
{{- range .Values.webhook.matchConditions -}}
{{- if has .name (list "has-sticky-cookie" "changes-annotations-if-status" "is-not-merely-finalized") -}}
{{- printf "webhook.matchConditions: '%s' is a condition of the chart's own; choose another name" .name | fail -}}
{{- end -}}
{{- end -}}
{{- range .Values.extraVolumes -}}
{{- if has .name (list "certs" "ca" "callers" "policy") -}}
{{- printf "extraVolumes: '%s' is a volume of the chart's own; choose another name" .name | fail -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "stickler.validateLabels" -}}
{{- $own := include "stickler.labels" . | fromYaml -}}
{{- $given := dict
  "commonLabels" .Values.commonLabels
  "deploymentLabels" .Values.deploymentLabels
  "podLabels" .Values.podLabels
  "service.labels" .Values.service.labels
  "serviceAccount.labels" .Values.serviceAccount.labels
  "webhook.labels" .Values.webhook.labels
  "serviceMonitor.labels" .Values.serviceMonitor.labels
  "prometheusRule.labels" .Values.prometheusRule.labels
  "dashboard.labels" .Values.dashboard.labels -}}
{{- range $value, $labels := $given -}}
{{- range $label, $_ := $labels -}}
{{- if hasKey $own $label -}}
{{- printf "%s: '%s' is a label of the chart's own, by which Pods are selected or Helm knows its objects; choose another name" $value $label | fail -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
