#!/usr/bin/env bash
# Makes the configuration and databases (SQLite) of Keystone, Placement and Nova in a folder:
#   prepare.sh VENV FOLDER
# The user admin has the password secret. Tests copy the folder, and put its new name, and
# the addresses of the services for those below, into files and databases (openstack.go).
set -euo pipefail
bin=$1/bin dir=$2 keystone=http://keystone.invalid
mkdir -p "$dir"/{keystone/fernet,keystone/credential,placement,nova}

cat >"$dir/keystone/keystone.conf" <<END
[DEFAULT]
log_file = $dir/keystone/log
[database]
connection = sqlite:///$dir/keystone/db
[fernet_tokens]
key_repository = $dir/keystone/fernet
[credential]
key_repository = $dir/keystone/credential
END
auth="[keystone_authtoken]
www_authenticate_uri = $keystone/v3
auth_url = $keystone/v3
auth_type = password
username = admin
password = secret
project_name = admin
user_domain_name = Default
project_domain_name = Default"
cat >"$dir/placement/placement.conf" <<END
[DEFAULT]
log_file = $dir/placement/log
[api]
auth_strategy = keystone
[placement_database]
connection = sqlite:///$dir/placement/db
sync_on_startup = true
$auth
END
cp "$1/etc/nova/api-paste.ini" "$dir/nova"
cat >"$dir/nova/nova.conf" <<END
[DEFAULT]
log_file = $dir/nova/log
state_path = $dir/nova
transport_url = fake:///
service_down_time = 3153600000
[api_database]
connection = sqlite:///$dir/nova/api.db
[database]
connection = sqlite:///$dir/nova/cell1.db
[oslo_concurrency]
lock_path = $dir/nova
[placement]
auth_type = password
auth_url = $keystone/v3
username = admin
password = secret
project_name = admin
user_domain_name = Default
project_domain_name = Default
$auth
END

prepare_keystone() {
	"$bin/keystone-manage" --config-file "$dir/keystone/keystone.conf" db_sync
	python3 -c 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute("PRAGMA journal_mode=WAL")' "$dir/keystone/db"
	"$bin/keystone-manage" --config-file "$dir/keystone/keystone.conf" fernet_setup --keystone-user root --keystone-group root
	"$bin/keystone-manage" --config-file "$dir/keystone/keystone.conf" credential_setup --keystone-user root --keystone-group root
	"$bin/keystone-manage" --config-file "$dir/keystone/keystone.conf" bootstrap --bootstrap-password secret --bootstrap-region-id RegionOne \
		--bootstrap-public-url "$keystone/v3" --bootstrap-internal-url "$keystone/v3" --bootstrap-admin-url "$keystone/v3"
}

prepare_nova() {
	local manage=("$bin/nova-manage" --config-file "$dir/nova/nova.conf")
	"${manage[@]}" api_db sync
	"${manage[@]}" cell_v2 map_cell0 --database_connection "sqlite:///$dir/nova/cell0.db"
	"${manage[@]}" db sync
	"${manage[@]}" cell_v2 create_cell --name cell1 --transport-url fake:/// --database_connection "sqlite:///$dir/nova/cell1.db"
}

prepare_nova &
prepare_keystone
wait $!
