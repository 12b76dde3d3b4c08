import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Keeps an ALTO cost map up to date in a variable and prints each change of it. */
public class CostMap {
  static final String KAFKA = System.getenv().getOrDefault("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092");
  static final String REGISTRY = System.getenv().getOrDefault("SCHEMA_REGISTRY_URL", "http://localhost:8081");
  static final String TOPIC = "cost_maps";

  final HttpClient http = HttpClient.newHttpClient();
  final Map<Integer, Schema> schemas = new HashMap<>();
  Map<String, Double> costs = new TreeMap<>(); // "source -> destination" to cost; no entry = unreachable
  String tag; // of the network map whose PIDs these are

  public static void main(String[] args) {
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn");
    new CostMap().follow(args.length > 0 ? args[0] : "costmap-default-routingcost");
  }

  void follow(String key) {
    Map<String, Object> config = Map.of("bootstrap.servers", KAFKA, "isolation.level", "read_committed",
        "enable.auto.commit", false, "auto.offset.reset", "earliest");
    try (var consumer = new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer())) {
      // No group: all partitions, from the beginning.
      List<TopicPartition> all = consumer.partitionsFor(TOPIC).stream().map(p -> new TopicPartition(TOPIC, p.partition())).toList();
      consumer.assign(all);
      consumer.seekToBeginning(all);
      Map<TopicPartition, Long> ends = consumer.endOffsets(all);
      boolean live = false; // false = still reading the past: newer records may follow
      while (true) {
        for (ConsumerRecord<String, byte[]> message : consumer.poll(Duration.ofSeconds(1))) {
          if (message.key().equals(key)) {
            take(message, live);
          }
        }
        if (!live && all.stream().allMatch(p -> consumer.position(p) >= ends.get(p))) {
          live = true;
          System.out.printf("%s of network map %s: %s%n", key, tag, costs);
        }
      }
    }
  }

  void take(ConsumerRecord<String, byte[]> message, boolean live) {
    Map<String, Double> old = costs;
    Map<String, Double> current = new TreeMap<>();
    tag = null;
    if (message.value() != null) { // null = the map is gone
      GenericRecord value = decode(message.value());
      var vtags = (List<?>) ((GenericRecord) value.get("meta")).get("dependent_vtags");
      tag = ((GenericRecord) vtags.get(0)).get("tag").toString();
      // Strings are org.apache.avro.util.Utf8, hence toString.
      ((Map<?, ?>) value.get("cost_map")).forEach((from, row) ->
          ((Map<?, ?>) row).forEach((to, cost) -> current.put(from + " -> " + to, (Double) cost)));
    }
    costs = current;
    if (!live) {
      return;
    }
    System.out.printf("%s, %.1f ms; network map %s%n", tag == null ? "gone" : "changed", latency(message), tag);
    var pairs = new TreeSet<>(old.keySet());
    pairs.addAll(current.keySet());
    pairs.removeIf(pair -> Objects.equals(old.get(pair), current.get(pair)));
    for (String pair : pairs) {
      System.out.printf("  %s: %s -> %s%n", pair, text(old.get(pair)), text(current.get(pair)));
    }
  }

  static String text(Double cost) {
    return cost == null ? "unreachable" : cost.toString();
  }

  /** Milliseconds since the network changed. */
  static double latency(ConsumerRecord<?, ?> message) {
    var header = message.headers().lastHeader("observed-at");
    long micros = header == null ? message.timestamp() * 1000 : Long.parseLong(new String(header.value()));
    return (ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()) - micros) / 1000.0;
  }

  /** A zero byte, the id of the writer's schema in four bytes, then Avro. */
  GenericRecord decode(byte[] value) {
    Schema schema = schemas.computeIfAbsent(ByteBuffer.wrap(value, 1, 4).getInt(), this::schema);
    try {
      var avro = DecoderFactory.get().binaryDecoder(value, 5, value.length - 5, null);
      return new GenericDatumReader<GenericRecord>(schema).read(null, avro);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Schema schema(int id) {
    try {
      var request = HttpRequest.newBuilder(URI.create(REGISTRY + "/schemas/ids/" + id)).build();
      var answer = http.send(request, BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        throw new IOException("registry: " + answer.statusCode() + " " + answer.body());
      }
      return new Schema.Parser().parse(new ObjectMapper().readTree(answer.body()).get("schema").asText());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
