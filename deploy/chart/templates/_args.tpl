{{/*
The arguments of `stickler serve`. An argument in server.extraArgs takes the
place of the chart's argument of the same flag, since a flag may be given once.
Flags that name the replica are left out where they equal the defaults.
*/}}
{{- define "stickler.args" -}}
{{- $name := include "stickler.fullname" . -}}
{{- $own := list -}}
{{- if eq .Values.certificates.mode "selfManaged" -}}
{{- $own = append $own "--self-managed" -}}
{{- if ne $name "stickler" -}}
{{- $own = concat $own (list (printf "--secret=%s-ca" $name) (printf "--service=%s" $name) (printf "--webhook-configuration=%s" $name)) -}}
{{- end -}}
{{- else -}}
{{- $ca := eq .Values.certificates.mode "existingSecret" | ternary "/ca" "/certs" -}}
{{- $own = concat $own (list "--tls-cert=/certs/tls.crt" "--tls-key=/certs/tls.key" (printf "--tls-ca=%s/ca.crt" $ca)) -}}
{{- /* Ready only with a certificate for the name that the API server calls. */ -}}
{{- $own = append $own (printf "--server-name=%s.%s.svc" $name .Release.Namespace) -}}
{{- end -}}
{{- with .Values.server -}}
{{- $own = append $own (printf "--listen=%s:%d" .bindAddress (int .httpsPort)) -}}
{{- $own = append $own (printf "--admin=%s:%d" .bindAddress (int .adminPort)) -}}
{{- if ne (int .drainDelaySeconds) 10 -}}
{{- $own = append $own (printf "--drain-delay=%d" (int .drainDelaySeconds)) -}}
{{- end -}}
{{- if ne .logFormat "json" -}}
{{- $own = append $own (printf "--log-format=%s" .logFormat) -}}
{{- end -}}
{{- end -}}
{{- if .Values.policy -}}
{{- $own = append $own "--policy=/policy/policy.yaml" -}}
{{- end -}}
{{- if .Values.callers.caConfigMap -}}
{{- $own = append $own "--client-ca=/callers/ca.crt" -}}
{{- range .Values.callers.names -}}
{{- $own = append $own (printf "--client-name=%s" .) -}}
{{- end -}}
{{- end -}}
{{- $given := dict -}}
{{- range .Values.server.extraArgs -}}
{{- $_ := set $given (splitList "=" . | first) true -}}
{{- end -}}
{{- $args := list "serve" -}}
{{- range $own -}}
{{- if not (hasKey $given (splitList "=" . | first)) -}}
{{- $args = append $args . -}}
{{- end -}}
{{- end -}}
{{- concat $args .Values.server.extraArgs | toYaml -}}
{{- end -}}
