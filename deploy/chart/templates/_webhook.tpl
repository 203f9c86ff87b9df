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
        port: {{ $.root.Values.service.port }}
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
      # An update of the status keeps the spec and takes the annotations.
      - apiGroups: [networking.k8s.io]
        apiVersions: [v1]
        resources: [ingresses/status]
        operations: [UPDATE]
        scope: Namespaced
    # The release's own namespace too, so that stickler never waits for itself.
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
    {{- with .webhook.objectSelector }}
    objectSelector:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    {{- if $conditions }}
    # Failing closed is safe: no Ingress waits for stickler but those with a
    # sticky-cookie key, or with a key that looks like one.
    matchConditions:
      - name: has-sticky-cookie
        expression: >-
          has(object.metadata.annotations) && object.metadata.annotations.exists(key,
          key.contains('sticky-cookie') || key.contains('nginx.ingress.kubernetes.io/affinity'))
      # A controller that writes addresses into the status waits for nobody.
      - name: changes-annotations-if-status
        expression: >-
          !has(request.subResource) || request.subResource != 'status' ||
          !has(oldObject.metadata.annotations) ||
          object.metadata.annotations != oldObject.metadata.annotations
      # The last finalizer can be removed, which is an update, while stickler is
      # down; a change of spec or annotations is reviewed like any other.
      - name: is-not-merely-finalized
        expression: >-
          oldObject == null || !has(oldObject.metadata.deletionTimestamp) ||
          object.spec != oldObject.spec || !has(oldObject.metadata.annotations) ||
          object.metadata.annotations != oldObject.metadata.annotations
      {{- with .webhook.matchConditions }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
    {{- end }}
    failurePolicy: {{ $conditions | ternary $.failurePolicy "Ignore" }}
    sideEffects: None
    timeoutSeconds: {{ .webhook.timeoutSeconds }}
{{- end -}}
{{- end -}}
