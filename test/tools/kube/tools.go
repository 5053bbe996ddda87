//go:build tools

// Package tools names the programs of a Kubernetes API server that the tests start; go.mod pins them.
package tools

import (
	_ "go.etcd.io/etcd/server/v3"
	_ "k8s.io/kubernetes/cmd/kube-apiserver"
)
