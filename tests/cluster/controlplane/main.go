// Controlplane is a kube-apiserver, an etcd and a kubectl in one binary, built
// from their Go modules so that stickler's tests can run against the real API
// server on a machine with nothing but a Go toolchain.
//
//	controlplane kube-apiserver [flags of kube-apiserver]
//	controlplane kubectl        [arguments of kubectl]
//	controlplane etcd DIRECTORY CLIENT_URL PEER_URL
package main

import (
	"fmt"
	"net/url"
	"os"
	"os/signal"
	"syscall"

	"go.etcd.io/etcd/server/v3/embed"
	"k8s.io/component-base/cli"
	"k8s.io/kubectl/pkg/cmd"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() {
	if len(os.Args) < 2 {
		fail(fmt.Errorf("usage: controlplane kube-apiserver|kubectl|etcd [ARGUMENT]..."))
	}
	part := os.Args[1]
	os.Args = append([]string{part}, os.Args[2:]...)
	switch part {
	case "kube-apiserver":
		os.Exit(cli.Run(app.NewAPIServerCommand()))
	case "kubectl":
		os.Exit(cli.Run(cmd.NewDefaultKubectlCommand()))
	case "etcd":
		if err := etcd(os.Args[1:]); err != nil {
			fail(err)
		}
	default:
		fail(fmt.Errorf("unknown part %q", part))
	}
}

// etcd serves one throw-away member until it is told to stop. It never syncs
// its files to disk: what it holds need not outlive the test.
func etcd(arguments []string) error {
	if len(arguments) != 3 {
		return fmt.Errorf("usage: controlplane etcd DIRECTORY CLIENT_URL PEER_URL")
	}
	client, err := url.Parse(arguments[1])
	if err != nil {
		return err
	}
	peer, err := url.Parse(arguments[2])
	if err != nil {
		return err
	}
	config := embed.NewConfig()
	config.Dir = arguments[0]
	config.LogLevel = "error"
	config.UnsafeNoFsync = true
	config.ListenClientUrls = []url.URL{*client}
	config.AdvertiseClientUrls = []url.URL{*client}
	config.ListenPeerUrls = []url.URL{*peer}
	config.AdvertisePeerUrls = []url.URL{*peer}
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	member, err := embed.StartEtcd(config)
	if err != nil {
		return err
	}
	defer member.Close()
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGINT, syscall.SIGTERM)
	select {
	case err := <-member.Err():
		return err
	case <-stop:
		return nil
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "controlplane:", err)
	os.Exit(1)
}
