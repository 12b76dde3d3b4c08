"""Keeps an ALTO cost map up to date in a variable and prints each change of it."""
import functools, io, json, os, signal, struct, sys, time, urllib.request
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, TopicPartition
from fastavro import parse_schema, schemaless_reader

KAFKA = os.getenv("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092")
REGISTRY = os.getenv("SCHEMA_REGISTRY_URL", "http://localhost:8081")
TOPIC, KEY = "cost_maps", sys.argv[1] if len(sys.argv) > 1 else "costmap-default-routingcost"

@functools.cache  # one request per schema id
def schema(number):
    with urllib.request.urlopen(f"{REGISTRY}/schemas/ids/{number}") as answer:
        return parse_schema(json.loads(json.load(answer)["schema"]))

def decode(value):  # a zero byte, the id of the writer's schema in four bytes, then Avro
    _, number = struct.unpack(">bI", value[:5])
    return schemaless_reader(io.BytesIO(value[5:]), schema(number))

def cells(costs):
    return {(a, b): cost for a, row in costs.items() for b, cost in row.items()}

def latency(message):  # in milliseconds, since the network changed
    at = dict(message.headers() or []).get("observed-at")
    return time.time() * 1e3 - (int(at) / 1e3 if at else message.timestamp()[1])

consumer = Consumer({"bootstrap.servers": KAFKA, "group.id": "unused", "enable.auto.commit": False, "enable.partition.eof": True,
                     "auto.offset.reset": "earliest", "enable.metrics.push": False})
behind = set(consumer.list_topics(TOPIC, timeout=10).topics[TOPIC].partitions)  # not read to their end yet
consumer.assign([TopicPartition(TOPIC, p, OFFSET_BEGINNING) for p in behind] or sys.exit(f"no topic {TOPIC}"))
signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it
cost_map, tag = {}, None  # cost_map[source][destination]; no entry = unreachable

while True:
    message = consumer.poll()
    if message.error():
        if message.error().code() != KafkaError._PARTITION_EOF:
            print(message.error(), file=sys.stderr)  # the client reconnects by itself
        elif behind and not behind.difference_update([message.partition()]) and not behind:
            print(f"{KEY} of network map {tag}: {json.dumps(cost_map, sort_keys=True)}", flush=True)
        continue
    if message.key().decode() != KEY:
        continue
    record = decode(message.value()) if message.value() is not None else None  # null = the map is gone
    old, cost_map = cells(cost_map), record["cost_map"] if record else {}
    tag = record["meta"]["dependent_vtags"][0]["tag"] if record else None
    if not behind:
        print(f"{'changed' if record else 'gone'}, {latency(message):.1f} ms; network map {tag}", flush=True)
        new = cells(cost_map)
        for a, b in sorted(pair for pair in old.keys() | new.keys() if old.get(pair) != new.get(pair)):
            print(f"  {a} -> {b}: {old.get((a, b), 'unreachable')} -> {new.get((a, b), 'unreachable')}", flush=True)
