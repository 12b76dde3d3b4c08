#!/bin/sh
# Starts FRRouting in a container (docker-compose.yml, profile frr). A container's interfaces have any
# names; frr.conf names them after the neighbor. Each is known by its address.
set -eu
awk '/^interface / { name = $2 } / ip address / { print name, $3 }' /etc/frr/frr.conf | while read -r name address; do
	device=$(ip -o -4 address show | awk -v address="$address" '$4 == address { print $2 }')
	if [ -n "$device" ]; then
		ip link set "$device" down
		ip link set "$device" name "$name"
		ip link set "$name" up
	fi
done
ip link add lan type veth peer name lan0 # a network without hosts
ip link set lan up
ip link set lan0 up
chown frr:frr /var/lib/frr
install -d -o frr -g frr /var/run/frr
exec /usr/lib/frr/docker-start
