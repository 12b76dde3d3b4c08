import io.apicurio.registry.serde.avro.AvroKafkaDeserializer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Keeps an ALTO cost map, and the network map that it is for, in variables. With topics as arguments: prints what they hold. */
public class CostMap {
  static final String KAFKA = System.getenv().getOrDefault("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092");
  static final String REGISTRY = System.getenv().getOrDefault("SCHEMA_REGISTRY_URL", "http://localhost:8081");
  static final String COST_MAP = "costmap-default-routingcost";

  // Null = there is none, or not yet.
  static Map<String, ?> networkMap; // PID to its prefixes
  static Map<String, Map<String, Double>> costMap; // source to destination to cost; no entry = unreachable
  static String shown;

  public static void main(String[] args) {
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "off");
    try {
      if (args.length > 0) {
        follow(List.of(args), CostMap::print);
      } else {
        follow(List.of("network_maps", "cost_maps"), CostMap::take);
      }
    } catch (RuntimeException e) {
      System.err.println(e.getCause() == null ? e : e + "\n" + e.getCause());
      System.err.printf("KAFKA_BOOTSTRAP_SERVERS is %s, SCHEMA_REGISTRY_URL is %s%n", KAFKA, REGISTRY);
      System.exit(1);
    }
  }

  /** Calls next with what the topics hold (topic, key, record) when they are read to their ends, and after each change, until it returns false. */
  static void follow(List<String> topics, Predicate<Map<String, Map<String, Map<String, ?>>>> next) {
    Map<String, Object> config = Map.of(
        "bootstrap.servers", KAFKA, "isolation.level", "read_committed", "enable.auto.commit", false, "default.api.timeout.ms", 10000,
        "allow.auto.create.topics", false,
        "auto.offset.reset", "none", // where we were is no more, e.g. the topic was made anew: end, and start over
        "apicurio.registry.url", REGISTRY.replaceFirst("(/apis/ccompat/v[67])?/?$", "/apis/registry/v2"),
        // The Confluent wire format: a zero byte and the id of the schema in four bytes.
        "apicurio.registry.id-handler", "io.apicurio.registry.serde.Legacy4ByteIdHandler", "apicurio.registry.use-id", "contentId");
    var values = new AvroKafkaDeserializer<GenericRecord>();
    values.configure(config, false);
    try (var consumer = new KafkaConsumer<>(config, new StringDeserializer(), values)) {
      List<TopicPartition> all = new ArrayList<>();
      for (String topic : topics) {
        var partitions = consumer.partitionsFor(topic);
        if (partitions.isEmpty()) {
          throw new IllegalArgumentException("no such topic: " + topic);
        }
        partitions.forEach(p -> all.add(new TopicPartition(topic, p.partition())));
      }
      consumer.assign(all);
      consumer.seekToBeginning(all);
      Map<TopicPartition, Long> ends = consumer.endOffsets(all);
      Map<String, Map<String, Map<String, ?>>> tables = topics.stream().collect(Collectors.toMap(t -> t, t -> new TreeMap<>()));
      boolean live = false;
      while (true) {
        var messages = consumer.poll(Duration.ofSeconds(1));
        for (var message : messages) {
          if (message.value() == null) { // the key is gone
            tables.get(message.topic()).remove(message.key());
          } else {
            tables.get(message.topic()).put(message.key(), fields(message.value()));
          }
        }
        boolean first = !live;
        live = live || all.stream().allMatch(p -> consumer.position(p) >= ends.get(p));
        if (live && (first || !messages.isEmpty()) && !next.test(tables)) {
          return;
        }
      }
    }
  }

  /** Takes over the cost map and its network map. While the one that fits is still to come, the last pair holds. */
  @SuppressWarnings("unchecked")
  static boolean take(Map<String, Map<String, Map<String, ?>>> tables) {
    var costs = tables.get("cost_maps").get(COST_MAP);
    if (costs == null) {
      networkMap = null;
      costMap = null;
      return show(COST_MAP + " null");
    }
    var vtag = ((List<?>) at(costs, "meta", "dependent_vtags")).get(0);
    var network = tables.get("network_maps").get(at(vtag, "resource_id"));
    if (!vtag.equals(at(network, "meta", "vtag"))) {
      return true;
    }
    var pids = whole(tables.get("network_maps"), (String) at(vtag, "resource_id"), "network_map");
    var rows = whole(tables.get("cost_maps"), COST_MAP, "cost_map");
    if (pids == null || rows == null) {
      return true;
    }
    networkMap = pids;
    costMap = (Map<String, Map<String, Double>>) (Map<String, ?>) rows;
    return show("%s %s %s%n%s %s".formatted(at(vtag, "resource_id"), at(vtag, "tag"), json(networkMap), COST_MAP, json(costMap)));
  }

  /** The rows of a map; null if what it is made of is not all there. */
  @SuppressWarnings("unchecked")
  static Map<String, ?> whole(Map<String, Map<String, ?>> table, String resource, String field) {
    var head = table.get(resource);
    if (head.get(field) != null) {
      return (Map<String, ?>) head.get(field);
    }
    Map<String, Map<String, Object>> rows = new TreeMap<>();
    Map<String, Long> versions = new TreeMap<>();
    List<Map<String, ?>> deltas = new ArrayList<>();
    table.forEach((key, record) -> {
      if (key.startsWith(resource + "|~")) {
        deltas.add(record);
      } else if (key.startsWith(resource + "|")) {
        String pid = key.substring(resource.length() + 1);
        rows.put(pid, new TreeMap<>((Map<String, ?>) at(record, field, pid)));
        versions.put(pid, (Long) record.get("version"));
      }
    });
    deltas.sort(Comparator.comparing(delta -> (Long) delta.get("version")));
    for (var delta : deltas) {
      ((Map<String, Map<String, ?>>) delta.get("delta")).forEach((pid, cells) -> {
        if (versions.containsKey(pid) && (Long) delta.get("version") > versions.get(pid)) {
          rows.get(pid).putAll(cells);
        }
      });
    }
    long digest = 0;
    for (String pid : rows.keySet()) {
      rows.get(pid).values().removeIf(value -> value == null);
      digest += hash(pid, rows.get(pid));
    }
    var parts = Map.of("count", rows.size(), "digest", "%016x".formatted(digest));
    return parts.equals(head.get("parts")) ? rows : null;
  }

  /** The hashes of a row and what is in it: costs by destination, or the lists of a PID's prefixes. */
  static long hash(String name, Map<String, Object> row) {
    long h = hash(name), sum = mix(h);
    for (var cell : row.entrySet()) {
      if (cell.getValue() instanceof Double cost) {
        sum += mix(h + 3 * hash(cell.getKey()) + 0x9e3779b97f4a7c15L * Double.doubleToLongBits(cost));
      } else {
        for (Object member : (List<?>) cell.getValue()) {
          sum += mix(h + 3 * hash((String) member));
        }
      }
    }
    return sum;
  }

  static long hash(String name) {
    long x = 0xcbf29ce484222325L;
    for (byte octet : name.getBytes(StandardCharsets.UTF_8)) {
      x = (x ^ octet & 0xff) * 0x100000001b3L;
    }
    return mix(x);
  }

  static long mix(long x) {
    x = (x ^ x >>> 30) * 0xbf58476d1ce4e5b9L;
    x = (x ^ x >>> 27) * 0x94d049bb133111ebL;
    return x ^ x >>> 31;
  }

  static boolean show(String text) {
    if (!text.equals(shown)) {
      System.out.println(text);
    }
    shown = text;
    return true;
  }

  /** What is at a path of names, or null. */
  static Object at(Object value, String... path) {
    for (String name : path) {
      value = value == null ? null : ((Map<?, ?>) value).get(name);
    }
    return value;
  }

  static boolean print(Map<String, Map<String, Map<String, ?>>> tables) {
    tables.forEach((topic, table) -> table.forEach((key, record) -> System.out.printf("%s %s %s%n", topic, key, json(record))));
    return false;
  }

  static String json(Object value) {
    return GenericData.get().toString(value);
  }

  static Map<String, ?> fields(GenericRecord record) {
    Map<String, Object> fields = new TreeMap<>();
    record.getSchema().getFields().forEach(f -> fields.put(f.name(), plain(record.get(f.pos()))));
    return fields;
  }

  /** Strings for Avro's Utf8, which no String equals, maps for its records. */
  static Object plain(Object value) {
    if (value instanceof GenericRecord record) {
      return fields(record);
    } else if (value instanceof Map<?, ?> map) {
      Map<String, Object> plain = new TreeMap<>();
      map.forEach((key, v) -> plain.put(key.toString(), plain(v)));
      return plain;
    } else if (value instanceof List<?> list) {
      return list.stream().map(CostMap::plain).toList();
    }
    return value instanceof CharSequence ? value.toString() : value;
  }
}
