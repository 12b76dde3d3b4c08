"""Puts resource providers into Placement's database, many of which its interface takes long for:
providers.py FOLDER, with a JSON list of {uuid, name, traits, inventories: {class: {total, reserved,
allocation_ratio}}, consumers: {uuid: {class: amount}}} on the input.
"""

import json
import pathlib
import sqlite3
import sys

db = sqlite3.connect(pathlib.Path(sys.argv[1]) / "placement" / "db")
now = "2026-01-01 00:00:00"
with db:
    for table in ("projects", "users"):
        db.execute(f"INSERT INTO {table} (created_at, id, external_id) VALUES (?, 1, 'many')", (now,))
    classes, traits = (dict(db.execute(f"SELECT name, id FROM {table}")) for table in ("resource_classes", "traits"))
    for n, p in enumerate(json.load(sys.stdin), 1):
        db.execute(
            "INSERT INTO resource_providers (created_at, updated_at, id, uuid, name, generation, root_provider_id) VALUES (?, ?, ?, ?, ?, 1, ?)",
            (now, now, n, p["uuid"], p["name"], n),
        )
        for name in p["traits"]:
            db.execute("INSERT INTO resource_provider_traits (created_at, trait_id, resource_provider_id) VALUES (?, ?, ?)", (now, traits[name], n))
        for name, i in p["inventories"].items():
            db.execute(
                "INSERT INTO inventories (created_at, resource_provider_id, resource_class_id, total, reserved, min_unit, max_unit, step_size,"
                " allocation_ratio) VALUES (?, ?, ?, ?, ?, 1, ?, 1, ?)",
                (now, n, classes[name], i["total"], i["reserved"], i["total"], i["allocation_ratio"]),
            )
        for uuid, amounts in p["consumers"].items():
            db.execute("INSERT INTO consumers (created_at, uuid, project_id, user_id) VALUES (?, ?, 1, 1)", (now, uuid))
            for name, amount in amounts.items():
                db.execute(
                    "INSERT INTO allocations (created_at, resource_provider_id, consumer_id, resource_class_id, used) VALUES (?, ?, ?, ?, ?)",
                    (now, n, uuid, classes[name], amount),
                )
db.execute("ANALYZE")
