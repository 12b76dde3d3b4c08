#!/usr/bin/env bash
# Fetches and builds what test-clouds needs, once, into a folder that is not in the repository:
# ${XDG_CACHE_HOME:-~/.cache}/altostream/clouds.
#   Keystone, Placement and Nova from PyPI, kube-apiserver and etcd from the Go module proxy;
#   Prometheus and its node exporter are Debian's.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/altostream/clouds
mkdir -p "$cache"

# build PROGRAM PACKAGE VERSION [LDFLAGS]: from the module of the program's folder here.
build() {
	local program=$1 package=$2 version=$3
	[ -x "$cache/$program-$version" ] && return
	echo "clouds: building $program $version; cold this takes up to ten minutes" >&2
	(cd "$here/$program" && GOWORK=off GOFLAGS=-mod=readonly CGO_ENABLED=0 go build -trimpath -ldflags "-s -w ${4-}" -o "$cache/$program-$version.new" "$package")
	mv "$cache/$program-$version.new" "$cache/$program-$version"
}

openstack() {
	local version
	version=$(cat "$here"/openstack/{requirements.txt,prepare.sh} | sha256sum | cut -c1-12)
	[ -e "$cache/openstack-$version/ready" ] && return
	echo "clouds: installing OpenStack from PyPI" >&2
	rm -rf "$cache/openstack-$version"
	python3 -m venv "$cache/openstack-$version/venv"
	"$cache/openstack-$version/venv/bin/pip" install -q -r "$here/openstack/requirements.txt"
	"$here/openstack/prepare.sh" "$cache/openstack-$version/venv" "$cache/openstack-$version/data" >"$cache/openstack-$version/log" 2>&1 ||
		{ cat "$cache/openstack-$version/log" >&2; return 1; }
	touch "$cache/openstack-$version/ready"
}

version() { sed -n "s#^\\(require\\)\\?[[:space:]]*$1 v\\([0-9.]*\\).*#\\2#p" "$2" | head -1; }

for program in prometheus prometheus-node-exporter; do
	command -v "$program" >/dev/null || { echo "clouds: there is no $program (Debian: prometheus prometheus-node-exporter)" >&2; exit 1; }
done
kubernetes=$(version k8s.io/kubernetes "$here/kube-apiserver/go.mod")
etcd=$(version go.etcd.io/etcd/server/v3 "$here/etcd/go.mod")
openstack &
build etcd go.etcd.io/etcd/server/v3 "$etcd"
build kube-apiserver k8s.io/kubernetes/cmd/kube-apiserver "$kubernetes" "-X k8s.io/component-base/version.gitVersion=v$kubernetes"
wait $!
ln -sfn "etcd-$etcd" "$cache/etcd"
ln -sfn "kube-apiserver-$kubernetes" "$cache/kube-apiserver"
ln -sfn "openstack-$(cat "$here"/openstack/{requirements.txt,prepare.sh} | sha256sum | cut -c1-12)" "$cache/openstack"
