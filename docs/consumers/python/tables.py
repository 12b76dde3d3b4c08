"""Reads altostream's five topics into dictionaries: tables["cost_maps"]["costmap-default-routingcost"]["cost_map"]."""
import functools, io, json, os, struct, urllib.request
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, TopicPartition
from fastavro import parse_schema, schemaless_reader

KAFKA = os.getenv("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092")
REGISTRY = os.getenv("SCHEMA_REGISTRY_URL", "http://localhost:8081")
TOPICS = ["raw-topology", "network_maps", "cost_maps", "compute_resources", "endpoint-properties"]

@functools.cache  # one request per schema id
def schema(number):
    with urllib.request.urlopen(f"{REGISTRY}/schemas/ids/{number}") as answer:
        return parse_schema(json.loads(json.load(answer)["schema"]))

def decode(value):  # a zero byte, the id of the writer's schema in four bytes, then Avro
    return schemaless_reader(io.BytesIO(value[5:]), schema(struct.unpack(">bI", value[:5])[1]))

consumer = Consumer({"bootstrap.servers": KAFKA, "group.id": "unused", "enable.auto.commit": False, "enable.partition.eof": True,
                     "auto.offset.reset": "earliest", "enable.metrics.push": False})
tables = {topic: {} for topic in TOPICS}
behind = {(topic, p) for topic in TOPICS for p in consumer.list_topics(topic, timeout=10).topics[topic].partitions}
consumer.assign([TopicPartition(topic, p, OFFSET_BEGINNING) for topic, p in behind])
while behind:
    message = consumer.poll()
    if message.error() and message.error().code() != KafkaError._PARTITION_EOF:
        raise SystemExit(message.error())
    if message.error():
        behind.discard((message.topic(), message.partition()))
    elif message.value() is None:  # the key is gone
        tables[message.topic()].pop(message.key().decode(), None)
    else:
        tables[message.topic()][message.key().decode()] = decode(message.value())
consumer.close()

if __name__ == "__main__":
    for topic, table in tables.items():
        print(topic, len(table), "records")
