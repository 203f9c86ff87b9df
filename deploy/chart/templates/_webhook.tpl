{{/*
The ValidatingWebhookConfiguration, for a failure policy: the one that the
release installs, and the one that takes its place before it is uninstalled.
*/}}
{{- define "stickler.configuration" -}}
{{- $name := include "stickler.fullname" .root -}}
{{- $namespace := .root.Release.Namespace -}}
{{- $conditions := semverCompare ">=1.28-0" .root.Capabilities.KubeVersion.Version -}}
{{- with .root.Values -}}
webhooks:
  - name: {{ $name }}.{{ $namespace }}.svc
    admissionReviewVersions: [v1, v1beta1]
    clientConfig:
      service:
        namespace: {{ $namespace }}
        name: {{ $name }}
        path: /validate
        port: 443
      {{- if eq .certificates.mode "existingSecret" }}
      caBundle: {{ required "certificates.existingSecret.caBundle: the CA of the Secret's certificate, PEM" .certificates.existingSecret.caBundle | b64enc }}
      {{- end }}
    matchPolicy: Equivalent
    rules:
      - apiGroups: [networking.k8s.io]
        apiVersions: [v1]
        resources: [ingresses]
        operations: [CREATE, UPDATE]
        scope: Namespaced
    # Our own namespace too, so that stickler never waits for itself.
    namespaceSelector:
      {{- with .webhook.namespaceSelector.matchLabels }}
      matchLabels:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      matchExpressions:
        - key: kubernetes.io/metadata.name
          operator: NotIn
          values:
            {{- toYaml (append .webhook.excludedNamespaces $namespace | uniq) | nindent 12 }}
        {{- with .webhook.namespaceSelector.matchExpressions }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    {{- if $conditions }}
    # Failing closed is safe, because only an Ingress with sticky cookies, or
    # with what looks like them, ever waits for us.
    matchConditions:
      - name: has-sticky-cookie
        expression: >-
          has(object.metadata.annotations) && object.metadata.annotations.exists(key,
          key.contains('sticky-cookie') || key.contains('nginx.ingress.kubernetes.io/affinity'))
    {{- end }}
    failurePolicy: {{ $conditions | ternary $.failurePolicy "Ignore" }}
    sideEffects: None
    timeoutSeconds: {{ .webhook.timeoutSeconds }}
{{- end -}}
{{- end -}}
