"""All pairs by networkx or igraph. Arguments: the library, and a file of "nodes arcs", then an
arc "from to weight" in each line. Prints the milliseconds, and the FNV-1a of all lengths (32 bits
each, 2^32-1 where there is no path), row by row."""

import struct
import sys
import time


def by_networkx(nodes, arcs):
    import networkx

    graph = networkx.DiGraph()
    graph.add_nodes_from(range(nodes))
    for a, b, weight in arcs:
        if not graph.has_edge(a, b) or weight < graph[a][b]["weight"]:
            graph.add_edge(a, b, weight=weight)
    begin = time.perf_counter()
    rows = dict(networkx.all_pairs_dijkstra_path_length(graph))
    took = time.perf_counter() - begin
    return took, [[rows[a].get(b, 2**32 - 1) for b in range(nodes)] for a in range(nodes)]


def by_igraph(nodes, arcs):
    import igraph

    graph = igraph.Graph(nodes, [(a, b) for a, b, _ in arcs], directed=True)
    weights = [weight for _, _, weight in arcs]
    begin = time.perf_counter()
    rows = graph.distances(weights=weights)
    took = time.perf_counter() - begin
    return took, [[2**32 - 1 if d == float("inf") else int(d) for d in row] for row in rows]


with open(sys.argv[2]) as file:
    nodes, _ = map(int, file.readline().split())
    arcs = [tuple(map(int, line.split())) for line in file]
took, rows = {"networkx": by_networkx, "igraph": by_igraph}[sys.argv[1]](nodes, arcs)
fnv = 14695981039346656037
for row in rows:
    for byte in struct.pack(f"<{nodes}I", *row):
        fnv = (fnv ^ byte) * 1099511628211 % 2**64
print(f"{took * 1000:.3f} {fnv:016x}")
