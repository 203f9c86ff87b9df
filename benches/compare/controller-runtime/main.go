// What most clusters run: controller-runtime's webhook with the typed Ingress,
// here with the least that such a webhook can do about the annotation.
package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/go-logr/logr"
	networking "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
)

type validator struct {
	decoder admission.Decoder
}

// Handle looks at the grammar of each entry: a service and a cookie.
func (v *validator) Handle(_ context.Context, request admission.Request) admission.Response {
	ingress := &networking.Ingress{}
	if err := v.decoder.Decode(request, ingress); err != nil {
		return admission.Errored(http.StatusBadRequest, err)
	}
	for _, key := range []string{"nginx.org/sticky-cookie-services", "nginx.com/sticky-cookie-services"} {
		value, ok := ingress.Annotations[key]
		if !ok {
			continue
		}
		for _, entry := range strings.Split(value, ";") {
			service, cookie, _ := strings.Cut(entry, " ")
			name, found := strings.CutPrefix(service, "serviceName=")
			if !found || name == "" || cookie == "" || strings.Contains(cookie, "expire=") {
				return admission.Denied(fmt.Sprintf("%s: %q is no entry", key, entry))
			}
		}
	}
	return admission.Allowed("")
}

func main() {
	address, certificate, key := os.Args[1], os.Args[2], os.Args[3]
	log.SetLogger(logr.Discard())
	scheme := runtime.NewScheme()
	if err := networking.AddToScheme(scheme); err != nil {
		panic(err)
	}
	webhook := &admission.Webhook{Handler: &validator{decoder: admission.NewDecoder(scheme)}}
	handler, err := admission.StandaloneWebhook(webhook, admission.StandaloneOptions{})
	if err != nil {
		panic(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/validate", handler)
	server := &http.Server{
		Addr:    address,
		Handler: mux,
		// As controller-runtime's own server sets it.
		TLSConfig: &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2"}},
	}
	fmt.Fprintln(os.Stderr, server.ListenAndServeTLS(certificate, key))
	os.Exit(1)
}
