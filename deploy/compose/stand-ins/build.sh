#!/usr/bin/env bash
# Builds Compose v2 and the stand-ins for the foreign images of docker-compose.yml, under their names.
# What takes long is kept in .compose. test.sh starts it, from the repository's root, with a Docker daemon.
#   build.sh compose  Compose v2
#   build.sh fetch    what else needs the internet (or a mirror): Debian's packages and Go modules
#   build.sh images   needs a Docker daemon, and no network
set -euo pipefail
cache=$PWD/.compose
here=deploy/compose/stand-ins
packages=busybox,ca-certificates,curl,frr,gcc,iproute2,libc6-dev,make,netbase,openjdk-17-jre-headless,openssl,prometheus,tzdata

image() { # name, with the tag that docker-compose.yml has
	sed -n "s|^ *image: \($1:.*\)|\1|p" docker-compose.yml | head -1
}

build() { # name file context [argument …]
	local name=$1 file=$2 context=$3
	shift 3
	echo "stand-in $name"
	docker build -t "$name" -f "$here/$file.Dockerfile" "$@" "$context" >"$cache/build.log" 2>&1 || { tail -20 "$cache/build.log"; exit 1; }
}

compose() {
	local folder
	if [ ! -x "$cache/docker-compose" ]; then
		echo "Compose v2"
		folder=$(go mod download -json github.com/docker/compose/v2@v2.40.3 | jq -r .Dir)
		rm -rf "$cache/src"
		cp -r "$folder" "$cache/src"
		chmod -R u+w "$cache/src"
		(cd "$cache/src" && GOWORK=off go build -ldflags '-X github.com/docker/compose/v2/internal.Version=v2.40.3' -o "$cache/docker-compose" ./cmd)
		rm -rf "$cache/src"
	fi
}

fetch() {
	local mirror
	if [ ! -x "$cache/collector/otelcol-contrib" ]; then
		echo "OpenTelemetry collector (some minutes)"
		mkdir -p "$cache/collector"
		cp "$here/collector.yaml" "$cache/collector/"
		(cd "$cache/collector" && GOWORK=off go run go.opentelemetry.io/collector/cmd/builder@v0.165.0 --config collector.yaml >builder.log 2>&1) || { tail "$cache/collector/builder.log"; exit 1; }
	fi
	if [ ! -e "$cache/debian.tar" ]; then
		echo "Debian"
		mirror=$(apt-get indextargets --format '$(SITE) $(RELEASE)' | awk '$2 == "bookworm" { print $1; exit }')
		rm -rf "$cache/rootfs"
		debootstrap --variant=minbase --include="$packages" bookworm "$cache/rootfs" ${mirror:+"$mirror"} >"$cache/debootstrap.log" 2>&1 || { tail "$cache/debootstrap.log"; exit 1; }
		tar -C "$cache/rootfs" --exclude './dev/*' --exclude './var/cache/apt/archives/*.deb' -cf "$cache/debian.tar.part" .
		mv "$cache/debian.tar.part" "$cache/debian.tar"
		rm -rf "$cache/rootfs"
	fi
	# In a copy, since it changes go.work.sum.
	rm -rf "$cache/work"
	mkdir "$cache/work"
	cp --parents go.work go.work.sum libs/go.* schemas/go.* services/go.* "$cache/work"
	cd "$cache/work"
	GOMODCACHE=$cache/modules GOFLAGS=-modcacherw GOPROXY="file://$(go env GOMODCACHE)/cache/download,$(go env GOPROXY)" go mod download
}

images() {
	docker image inspect stand-in/debian >/dev/null 2>&1 || docker import "$cache/debian.tar" stand-in/debian >/dev/null
	build golang:1.26-bookworm golang "$(go env GOROOT)"
	build golang:1.26-bookworm modules "$cache/modules/cache/download"
	build gcr.io/distroless/base-debian12:nonroot distroless "$here"
	build "$(image apache/kafka)" kafka .kafka
	build "$(image apicurio/apicurio-registry-kafkasql)" registry .kafka
	build "$(image ghcr.io/kafbat/kafka-ui)" web "$here" --build-arg HEALTH=actuator/health --build-arg PORT=8080 --build-arg UID=100
	build "$(image prom/prometheus)" prometheus "$here"
	build "$(image grafana/grafana)" web "$here" --build-arg HEALTH=api/health --build-arg PORT=3000 --build-arg UID=472
	build "$(image otel/opentelemetry-collector-contrib)" collector "$cache/collector"
	build "$(image quay.io/frrouting/frr)" frr "$here"
}

mkdir -p "$cache"
"$1"
