#!/usr/bin/env bash
# Builds the Go programs that tests need into a cache folder named by their versions, and prints that folder.
# usage: build.sh [CACHE]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${1:-${SLIPWAY_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/slipway}/tools}

HELM=v3.18.6
KUBECONFORM=v0.8.0
KUBERNETES=v1.34.4 # of kube/go.mod; a server built without being told takes itself for v0.0.0
kube=$(sha256sum "$here/kube/go.mod" | cut -c1-12)

bin=$cache/helm-$HELM-kubeconform-$KUBECONFORM-kubernetes-$KUBERNETES-$kube
if [ ! -e "$bin/complete" ]; then
  mkdir -p "$bin"
  GOBIN=$bin go install "helm.sh/helm/v3/cmd/helm@$HELM" >&2
  GOBIN=$bin go install "github.com/yannh/kubeconform/cmd/kubeconform@$KUBECONFORM" >&2
  (cd "$here/kube" && go build -o "$bin/etcd" go.etcd.io/etcd/server/v3 &&
    go build -ldflags "-X k8s.io/component-base/version.gitVersion=$KUBERNETES" -o "$bin/" k8s.io/kubernetes/cmd/kube-apiserver) >&2
  touch "$bin/complete"
fi
echo "$bin"
