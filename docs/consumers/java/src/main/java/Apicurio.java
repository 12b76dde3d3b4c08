import io.apicurio.registry.serde.avro.AvroKafkaDeserializer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Reads the current ALTO maps into variables with Apicurio Registry's own deserializer. */
public class Apicurio {
  public static void main(String[] args) {
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn");
    Map<String, GenericRecord> networkMaps = table("network_maps");
    Map<String, GenericRecord> costMaps = table("cost_maps");
    costMaps.forEach((key, map) -> {
      var vtag = (GenericRecord) ((List<?>) ((GenericRecord) map.get("meta")).get("dependent_vtags")).get(0);
      var network = networkMaps.get(vtag.get("resource_id").toString());
      var tag = network == null ? null : ((GenericRecord) ((GenericRecord) network.get("meta")).get("vtag")).get("tag");
      System.out.printf("%s, %s: %s%n", key, vtag.get("tag").equals(tag) ? "network map at hand" : "network map to come", map.get("cost_map"));
    });
  }

  /** What a topic holds, by key. */
  static Map<String, GenericRecord> table(String topic) {
    Map<String, Object> config = Map.of(
        "bootstrap.servers", System.getenv().getOrDefault("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092"),
        "isolation.level", "read_committed", "enable.auto.commit", false, "auto.offset.reset", "earliest",
        "apicurio.registry.url", System.getenv().getOrDefault("APICURIO_URL", "http://localhost:8081/apis/registry/v2"),
        // The Confluent wire format: a zero byte and the id of the content in four bytes.
        "apicurio.registry.id-handler", "io.apicurio.registry.serde.Legacy4ByteIdHandler",
        "apicurio.registry.use-id", "contentId");
    try (var values = new AvroKafkaDeserializer<GenericRecord>()) {
      values.configure(config, false);
      try (var consumer = new KafkaConsumer<>(config, new StringDeserializer(), values)) {
        List<TopicPartition> all = consumer.partitionsFor(topic).stream().map(p -> new TopicPartition(topic, p.partition())).toList();
        consumer.assign(all);
        consumer.seekToBeginning(all);
        var ends = consumer.endOffsets(all);
        Map<String, GenericRecord> table = new TreeMap<>();
        while (!all.stream().allMatch(p -> consumer.position(p) >= ends.get(p))) {
          for (var record : consumer.poll(Duration.ofSeconds(1))) {
            if (record.value() == null) { // the key is gone
              table.remove(record.key());
            } else {
              table.put(record.key(), record.value());
            }
          }
        }
        return table;
      }
    }
  }
}
