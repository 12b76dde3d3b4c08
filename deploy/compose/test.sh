#!/usr/bin/env bash
# Proves docker-compose.yml, with Compose v2 and docker-compose 1.29: make test-compose.
# README.md in this folder says what it needs, what it proves and what it does not.
# DOCKER_HOST: the real images, with the Docker daemon that is there.
set -euo pipefail
cd "$(dirname "$0")/../.."
cache=$PWD/.compose
export COMPOSE_PROJECT_NAME=altostreamtest DOCKER_BUILDKIT=0 COMPOSE_DOCKER_CLI_BUILD=0
unset TOPOLOGY BGP_ASN BGP_PEERS OTEL_EXPORTER_OTLP_ENDPOINT
compose=("$cache/docker-compose")
daemon=

say() { printf '%4ds  %s\n' "$SECONDS" "$*"; }

fail() {
	say "FAILED: $*"
	"${compose[@]}" --profile observability --profile frr ps -a || true
	"${compose[@]}" --profile observability --profile frr logs --tail 20 2>&1 | tail -200 || true
	exit 1
}

need() { # program package
	command -v "$1" >/dev/null && return
	echo "make test-compose needs $1 (Debian: $2)" >&2
	exit 1
}

end() {
	"${compose[@]}" --profile observability --profile frr down -v --remove-orphans >/dev/null 2>&1 || true
	if [ -n "$daemon" ]; then
		kill "$daemon" && wait "$daemon" || true
	fi
	rm -rf "$run"
}

# start_daemon starts a Docker daemon in a network of its own, where nothing of this machine is in its
# way: no port, no subnet, no firewall.
start_daemon() {
	export DOCKER_HOST=unix://$run/docker.sock
	unshare --net sh -c 'ip link set lo up && exec dockerd "$@"' dockerd --data-root "$cache/docker" --exec-root "$run/exec" \
		--pidfile "$run/docker.pid" -H "$DOCKER_HOST" >"$cache/dockerd.log" 2>&1 &
	daemon=$!
	for _ in $(seq 60); do
		docker version >/dev/null 2>&1 && return
		sleep 1
	done
	tail "$cache/dockerd.log"
	exit 1
}

# http asks a published port of the daemon's machine.
http() {
	${daemon:+nsenter --net=/proc/$daemon/ns/net} curl -fsS --max-time 10 "$@"
}

containers() { # [filter …]
	docker ps -aq --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME" "$@"
}

of() { # service
	containers --filter "label=com.docker.compose.service=$1"
}

await() { # what seconds command …
	local what=$1 until=$((SECONDS + $2))
	shift 2
	until "$@" >"$run/await" 2>&1; do
		[ $SECONDS -lt $until ] || { cat "$run/await"; fail "$what"; }
		sleep 1
	done
	say "$what"
}

# healthy: what has a health check is healthy, what has none runs, and what runs once has ended well.
healthy() {
	docker inspect $(containers) --format '{{.Name}} {{if .State.Health}}{{.State.Health.Status}}{{else}}{{.State.Status}} {{.State.ExitCode}}{{end}}' |
		grep -vE ' (healthy|running 0|exited 0)$' && return 1
	return 0
}

# altoctl runs in our image, in the network of the services.
altoctl() {
	docker run --rm --read-only --network "${COMPOSE_PROJECT_NAME}_default" -e KAFKA_BOOTSTRAP_SERVERS=kafka:9092 \
		-e SCHEMA_REGISTRY_URL=http://registry:8080/apis/ccompat/v7 altostream altoctl "$@"
}

# seed: both maps are those that README.md shows.
seed() {
	{ altoctl network-map; altoctl cost-map --metric routingcost; } | sed 's/ *$//' >"$run/maps"
	sed -n '/^networkmap-default/,/^  6  pid100:05050505  /p' README.md | diff - "$run/maps"
}

cost() { # from to cost
	test "$(altoctl cost-map --metric routingcost --json | jq ".\"cost-map\".\"pid100:$1\".\"pid100:$2\"")" = "$3"
}

endpoints() {
	altoctl endpoints >"$run/endpoints"
	for address in 192.168.35.10 192.168.24.10 192.168.13.10; do grep -q "$address .*pid100:" "$run/endpoints" || return 1; done
}

no_map() { ! altoctl network-map | grep -q pid100; }

link() { http -X POST "http://localhost:9106/links/$1?from=R2&to=R3" >/dev/null; }

# a_link_fails: and its costs move, then it comes back.
a_link_fails() {
	link fail
	await "link R2-R3 failed: the cost is 20" 30 cost 02020202 03030303 20
	link restore
	await "link R2-R3 restored: the maps are those of README.md" 30 seed
}

# hardened: no container runs as root (those that need it excepted) or can write to its root file
# system, all have limits, no privileges, and restart.
hardened() {
	local name read_only drop options memory cpus restart pid uid
	docker inspect $(containers) --format '{{.Name}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.HostConfig.SecurityOpt}} {{.HostConfig.Memory}} {{.HostConfig.NanoCpus}} {{.HostConfig.RestartPolicy.Name}} {{.State.Pid}}' |
		while read -r name read_only drop options memory cpus restart pid; do
			[ "$read_only $drop $options" = "true [ALL] [no-new-privileges:true]" ] || fail "$name: read-only $read_only, dropped $drop, $options"
			[ "$memory" -gt 0 ] && [ "$cpus" -gt 0 ] && [ "$restart" != no ] || fail "$name: memory $memory, cpus $cpus, restart $restart"
			[ "$pid" -gt 0 ] || continue # has run once
			uid=$(awk '$1 == "Uid:" { print $2 }' "/proc/$pid/status")
			case $name in
			*frr[1-5]*) ;;
			*) [ "$uid" != 0 ] || fail "$name runs as root" ;;
			esac
		done
	say "no root, read-only, no privileges, limits: $(containers | wc -l) containers"
}

down() {
	"${compose[@]}" "$@" down -v >/dev/null 2>&1
	local left
	left=$(containers; docker volume ls -q --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME"
		docker network ls -q --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME")
	[ -z "$left" ] || fail "down -v left $left"
	say "down -v leaves nothing"
}

up() { # [argument …]
	"${compose[@]}" "${profiles[@]}" up -d "$@" >"$run/up" 2>&1 || { cat "$run/up"; fail "up $*"; }
	await "up ${profiles[*]} $*: all healthy" 180 healthy
}

basic() {
	up
	await "the maps are those of README.md" 60 seed
	await "the compute resources are in the network" 30 endpoints
	a_link_fails
	hardened
}

# scaled: three map-builders, of which two die; the last one builds what is new.
scaled() {
	up --scale map-builder=3
	[ "$(of map-builder | wc -l)" = 3 ] || fail "--scale map-builder=3"
	local first second
	read -r -d '' first second _ < <(of map-builder) || true
	docker kill "$first" "$second" >/dev/null
	await "two of three map-builders die: the maps stay" 30 seed
	"${compose[@]}" stop routers >/dev/null 2>&1
	await "routers stop: no network map" 120 no_map
	"${compose[@]}" start routers >/dev/null 2>&1
	await "routers start: the maps are those of README.md" 120 seed
}

query() { http --get http://localhost:9090/api/v1/query --data-urlencode "query=$1"; }

targets_up() { # Prometheus reaches every instance of every service
	http http://localhost:9090/api/v1/targets | jq -r '.data.activeTargets[] | .scrapeUrl + " " + .health' >"$run/targets"
	! grep -v ' up$' "$run/targets" && [ "$(wc -l <"$run/targets")" = "$1" ]
}

# dashboard: every query of the dashboard returns data, but for those of what must not happen.
dashboard() {
	local expression results
	jq -r '.panels[].targets[].expr' deploy/observability/dashboards/altostream.json | while read -r expression; do
		results=$(query "$expression" | jq 'select(.status == "success") | .data.result | length')
		case $expression in
		*records_bad* | *records_too_large*) [ "$results" = 0 ] ;;
		*) [ "${results:-0}" -gt 0 ] ;;
		esac || { echo "$expression: ${results:-refused}"; return 1; }
	done
}

observability() {
	profiles=(--profile observability)
	OTEL_EXPORTER_OTLP_ENDPOINT=http://otel-collector:4318 up --scale map-builder=2
	await "Prometheus reaches seven targets" 60 targets_up 7
	link fail
	sleep 6
	link restore
	await "the dashboard's queries have answers" 60 dashboard
	for name in records_bad records_too_large; do
		grep -rq "Int64Counter(\"$name\"" libs/stream || fail "the dashboard names altostream_$name, which is not there"
	done
	hardened
}

adjacent() { # router neighbor …
	local router=$1
	shift
	docker exec "$(of "frr$router")" vtysh -c 'show isis neighbor' >"$run/neighbors"
	for neighbor in "$@"; do grep -qE "R$neighbor +r$neighbor +.*Up" "$run/neighbors" || return 1; done
}

frr() {
	profiles=(--profile frr)
	up --scale map-builder=1
	await "FRR R1 meets R2 and R3" 60 adjacent 1 2 3
	await "FRR R2 meets R1, R3 and R4" 60 adjacent 2 1 3 4
	await "FRR R3 meets R1, R2 and R5" 60 adjacent 3 1 2 5
	hardened
}

main() {
	[ "$(id -u)" = 0 ] || { echo "make test-compose needs root"; [ "${CI-}" != true ]; exit; }
	need docker docker.io
	if [ -z "${DOCKER_HOST-}" ]; then
		need dockerd docker.io
		need debootstrap debootstrap
		need nsenter util-linux
		need iptables iptables
	fi
	need curl curl
	need jq jq
	run=$(mktemp -d /tmp/altostream-compose.XXXXXX)
	trap end EXIT
	bash deploy/compose/stand-ins/build.sh compose
	say "Compose v2"
	if [ -z "${DOCKER_HOST-}" ]; then
		bash deploy/compose/stand-ins/build.sh fetch
		say "Debian, Go modules, OpenTelemetry collector"
		start_daemon
		bash deploy/compose/stand-ins/build.sh images
		say "stand-ins"
	fi

	profiles=()
	"${compose[@]}" build >"$run/build" 2>&1 || { cat "$run/build"; fail build; }
	say "our image: $(docker image inspect altostream --format '{{.Size}}' | awk '{ printf "%d MB", $1 / 1e6 }')"
	say "$("${compose[@]}" version)"
	basic
	scaled
	observability
	profiles=(--profile observability --profile frr)
	frr
	down --profile observability --profile frr

	need docker-compose docker-compose
	compose=(docker-compose)
	profiles=()
	say "$(docker-compose --version)"
	basic
	up --scale map-builder=3
	await "three map-builders: the maps are those of README.md" 30 seed
	down
	say "passed"
}

main
