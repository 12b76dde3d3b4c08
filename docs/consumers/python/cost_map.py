"""Keeps one ALTO cost map up to date in a variable and prints each change of it."""
import functools, io, json, os, struct, sys, time, urllib.request
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, TopicPartition
from fastavro import parse_schema, schemaless_reader

KAFKA = os.getenv("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092")
REGISTRY = os.getenv("SCHEMA_REGISTRY_URL", "http://localhost:8081")
TOPIC, KEY = "cost_maps", sys.argv[1] if len(sys.argv) > 1 else "costmap-default-routingcost"

@functools.cache  # one request per schema id
def schema(schema_id):
    with urllib.request.urlopen(f"{REGISTRY}/schemas/ids/{schema_id}") as answer:
        return parse_schema(json.loads(json.load(answer)["schema"]))

def decode(value):  # one zero byte, the schema id in four bytes, then Avro
    _, schema_id = struct.unpack(">bI", value[:5])
    return schemaless_reader(io.BytesIO(value[5:]), schema(schema_id))

def cells(costs):
    return {(a, b): cost for a, row in costs.items() for b, cost in row.items()}

consumer = Consumer({"bootstrap.servers": KAFKA, "group.id": "none", "enable.auto.commit": False, "enable.partition.eof": True})
behind = set(consumer.list_topics(TOPIC, timeout=10).topics[TOPIC].partitions) or sys.exit(f"no topic {TOPIC}")
consumer.assign([TopicPartition(TOPIC, p, OFFSET_BEGINNING) for p in behind])  # no group: all partitions, from the start
cost_map, tag = {}, None  # the current state; cost_map[source][destination], no entry = unreachable

while True:
    message = consumer.poll()
    if message.error():
        if message.error().code() != KafkaError._PARTITION_EOF:
            print(message.error(), file=sys.stderr)  # the client reconnects by itself
        elif message.partition() in behind:
            behind.remove(message.partition())
            if not behind:
                print(f"{KEY} of network map {tag}: {json.dumps(cost_map, indent=1)}", flush=True)
        continue
    if message.key().decode() != KEY:
        continue
    record = decode(message.value()) if message.value() is not None else None  # null value: the map is gone
    if record and record["parts"]:
        sys.exit(f"{KEY} is a large map: its rows are in records of their own")
    old, cost_map = cells(cost_map), record["cost_map"] if record else {}
    tag = record["meta"]["dependent_vtags"][0]["tag"] if record else None
    if behind:
        continue  # still reading the past: newer records may follow
    millis = time.time() * 1000 - int(dict(message.headers())["observed-at"]) / 1000
    print(f"changed {millis:.1f} ms after the network did; network map {tag}", flush=True)
    new = cells(cost_map)
    for a, b in sorted(old.keys() | new.keys()):
        if old.get((a, b)) != new.get((a, b)):
            print(f"  {a} -> {b}: {old.get((a, b), 'unreachable')} -> {new.get((a, b), 'unreachable')}", flush=True)
