// All pairs by Boost's Dijkstra from each node. Argument: a file of "nodes arcs", then an arc
// "from to weight" in each line. Prints the milliseconds, and the FNV-1a of all lengths (32 bits
// each, 2^32-1 where there is no path), row by row.
#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/dijkstra_shortest_paths.hpp>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <utility>
#include <vector>

struct Arc {
  uint32_t weight;
};
using Graph = boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, Arc, boost::no_property, uint32_t, uint32_t>;

int main(int, char **argv) {
  FILE *file = fopen(argv[1], "r");
  size_t nodes, arcs;
  if (!file || fscanf(file, "%zu %zu", &nodes, &arcs) != 2) return 1;
  std::vector<std::pair<uint32_t, uint32_t>> ends(arcs);
  std::vector<Arc> weights(arcs);
  for (size_t i = 0; i < arcs; i++)
    if (fscanf(file, "%u %u %u", &ends[i].first, &ends[i].second, &weights[i].weight) != 3) return 1;
  Graph graph(boost::edges_are_unsorted_multi_pass, ends.begin(), ends.end(), weights.begin(), nodes);
  std::vector<uint32_t> cells(nodes * nodes);
  auto begin = std::chrono::steady_clock::now();
  for (size_t source = 0; source < nodes; source++)
    boost::dijkstra_shortest_paths(
        graph, source,
        boost::weight_map(boost::get(&Arc::weight, graph))
            .distance_map(boost::make_iterator_property_map(cells.data() + source * nodes, boost::get(boost::vertex_index, graph)))
            .distance_inf(UINT32_MAX));
  std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
  uint64_t hash = 14695981039346656037u;
  for (uint32_t cell : cells)
    for (int byte = 0; byte < 4; byte++, cell >>= 8) hash = (hash ^ (cell & 255)) * 1099511628211u;
  printf("%.3f %016lx\n", took.count(), hash);
}
