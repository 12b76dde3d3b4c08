"""Puts hypervisors into Nova's databases, as nova-compute on them would:
hypervisors.py FOLDER, with a JSON list of {uuid, host, name, ip, vcpus, memory_mb, local_gb, vcpus_used,
memory_mb_used, local_gb_used, running_vms, disabled, disabled_reason, down} on the input. What is there is replaced.
"""

import json
import pathlib
import sqlite3
import sys

folder = pathlib.Path(sys.argv[1]) / "nova"
cell, api = sqlite3.connect(folder / "cell1.db"), sqlite3.connect(folder / "api.db")
cell_id = api.execute("SELECT id FROM cell_mappings WHERE name = 'cell1'").fetchone()[0]
now = "2026-01-01 00:00:00"
with cell, api:
    for table in ("services", "compute_nodes"):
        cell.execute(f"DELETE FROM {table}")
    api.execute("DELETE FROM host_mappings")
    hosts = set()
    for n, h in enumerate(json.load(sys.stdin), 1):
        if h["host"] not in hosts:
            hosts.add(h["host"])
            cell.execute(
                "INSERT INTO services (created_at, id, host, binary, topic, report_count, disabled, disabled_reason, deleted,"
                " last_seen_up, forced_down, version, uuid) VALUES (?, ?, ?, 'nova-compute', 'compute', 1, ?, ?, 0, ?, ?, 70, ?)",
                (now, n, h["host"], h["disabled"], h["disabled_reason"] or None, now, h["down"], f"00000000-0000-4000-8000-{n:012d}"),
            )
            api.execute("INSERT INTO host_mappings (created_at, cell_id, host) VALUES (?, ?, ?)", (now, cell_id, h["host"]))
        cell.execute(
            "INSERT INTO compute_nodes (created_at, id, vcpus, memory_mb, local_gb, vcpus_used, memory_mb_used, local_gb_used,"
            " hypervisor_type, hypervisor_version, cpu_info, free_ram_mb, free_disk_gb, current_workload, running_vms,"
            " hypervisor_hostname, deleted, host_ip, host, uuid, mapped, ram_allocation_ratio, cpu_allocation_ratio, disk_allocation_ratio)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'QEMU', 8002000, '{}', ?, ?, 0, ?, ?, 0, ?, ?, ?, 1, 0, 0, 0)",
            (
                now, n, h["vcpus"], h["memory_mb"], h["local_gb"], h["vcpus_used"], h["memory_mb_used"], h["local_gb_used"],
                h["memory_mb"] - h["memory_mb_used"], h["local_gb"] - h["local_gb_used"], h["running_vms"], h["name"], h["ip"] or None,
                h["host"], h["uuid"],
            ),
        )
