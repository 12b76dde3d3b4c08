#!/bin/sh
# Runs the five routers of this folder in network namespaces r1 to r5, and makes one more,
# "collector", for bgp-ingest. Needs root, Linux, and FRRouting with BGP-LS (10.8 or newer).
#   netns.sh up | down | vtysh N [command …]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
frr=${FRR_PREFIX:-/usr}               # where FRRouting is installed
daemons=$frr/sbin
[ -x "$frr/lib/frr/zebra" ] && daemons=$frr/lib/frr
run=${FRR_RUN:-/var/run/frr}          # its run directory

veth() { # namespace interface namespace interface
	ip link add "$2" netns "$1" type veth peer name "$4" netns "$3"
	ip -n "$1" link set "$2" up
	ip -n "$3" link set "$4" up
}

up() {
	for n in r1 r2 r3 r4 r5 collector; do
		ip netns add $n
		ip -n $n link set lo up
		ip netns exec $n sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	done
	for n in 1 2 3 4 5; do veth r$n lan r$n lan0; done # a network without hosts
	for l in "1 2" "1 3" "2 3" "2 4" "3 5"; do
		veth "r${l% *}" "r${l#* }" "r${l#* }" "r${l% *}"
	done
	for n in 2 3; do
		veth r$n collector collector r$n
		ip -n collector addr add 10.9.$n.9/24 dev r$n
		ip -n collector addr add 2001:db8:9$n::9/64 dev r$n
	done
	for n in 1 2 3 4 5; do
		mkdir -p "$run/r$n"
		for d in mgmtd zebra isisd bgpd; do ip netns exec r$n "$daemons/$d" -N r$n -d >"$run/r$n/$d.log" 2>&1; done
	done
	sleep 1
	for n in 1 2 3 4 5; do ip netns exec r$n "$frr/bin/vtysh" -N r$n -f "$here/r$n/frr.conf" >/dev/null; done
}

down() {
	for n in 1 2 3 4 5; do
		for pid in "$run"/r$n/*.pid; do if [ -e "$pid" ]; then kill "$(cat "$pid")" || true; fi; done
	done
	sleep 1
	for n in r1 r2 r3 r4 r5 collector; do ip netns del $n || true; done
}

case ${1-} in
up) up ;;
down) down ;;
vtysh) n=$2; shift 2; exec "$frr/bin/vtysh" -N "r$n" ${1:+-c "$*"} ;;
*) sed -n '2,4s/^# *//p' "$0"; exit 2 ;;
esac
