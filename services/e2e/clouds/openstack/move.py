"""Puts other texts into the configuration and databases of a folder that prepare.sh made:
move.py FOLDER OLD NEW [OLD NEW]...
"""

import pathlib
import sqlite3
import sys

folder = pathlib.Path(sys.argv[1])
pairs = list(zip(sys.argv[2::2], sys.argv[3::2]))


def replace(old, new):
    for path in folder.glob("*/*.conf"):
        path.write_text(path.read_text().replace(old, new))
    columns = (("keystone/db", "endpoint", "url"), ("nova/api.db", "cell_mappings", "database_connection"))
    for name, table, column in columns:
        with sqlite3.connect(folder / name) as db:
            db.execute(f"UPDATE {table} SET {column} = replace({column}, ?, ?)", (old, new))


for old, new in pairs:
    replace(old, new)
