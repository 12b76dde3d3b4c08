"""Keeps an ALTO cost map, and the network map that it is for, in variables. With topics as arguments: prints what they hold."""
import functools, io, json, os, signal, struct, sys, urllib.request
from urllib.error import URLError
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, TopicPartition
from fastavro import parse_schema, schemaless_reader

KAFKA = os.getenv("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092")
REGISTRY = os.getenv("SCHEMA_REGISTRY_URL", "http://localhost:8081")
COST_MAP = "costmap-default-routingcost"

@functools.cache  # one request per schema id
def schema(number):
    with urllib.request.urlopen(f"{REGISTRY}/schemas/ids/{number}", timeout=10) as answer:
        return parse_schema(json.loads(json.load(answer)["schema"]))

def decode(value):  # a zero byte, the id of the writer's schema in four bytes, then Avro
    return schemaless_reader(io.BytesIO(value[5:]), schema(int.from_bytes(value[1:5], "big")))

def follow(*topics):
    """Yields tables[topic][key] when the topics are read to their ends, and again after each record that comes."""
    consumer = Consumer({"bootstrap.servers": KAFKA, "group.id": "unused", "enable.auto.commit": False, "enable.partition.eof": True,
                         "isolation.level": "read_committed", "auto.offset.reset": "error", "enable.metrics.push": False})
    behind = {(topic, p) for topic in topics for p in consumer.list_topics(topic, timeout=10).topics[topic].partitions}
    if missing := set(topics) - {topic for topic, _ in behind}:
        raise KafkaException(f"no such topic: {', '.join(missing)}")
    consumer.assign([TopicPartition(topic, p, OFFSET_BEGINNING) for topic, p in behind])
    tables = {topic: {} for topic in topics}
    while True:
        message = consumer.poll(1)
        if message is None:
            continue
        error, topic = message.error(), message.topic()
        if error and error.code() == KafkaError._PARTITION_EOF:
            if (topic, message.partition()) not in behind:
                continue
            behind.remove((topic, message.partition()))
        elif error and error.code() == KafkaError._AUTO_OFFSET_RESET:  # e.g. the topic was made anew: start over
            raise KafkaException(error)
        elif error:
            print(error, file=sys.stderr)  # the client tries again
            continue
        elif message.value() is None:  # the key is gone
            tables[topic].pop(message.key().decode(), None)
        else:
            tables[topic][message.key().decode()] = decode(message.value())
        if not behind:
            yield tables

def mix(x):
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9 % 2**64
    x = (x ^ x >> 27) * 0x94d049bb133111eb % 2**64
    return x ^ x >> 31

@functools.cache
def name_hash(name):
    x = 0xcbf29ce484222325
    for octet in name.encode():
        x = (x ^ octet) * 0x100000001b3 % 2**64
    return mix(x)

def row_hash(name, row):
    """The hashes of a row and what is in it: costs by destination, or the lists of a PID's prefixes."""
    h, cells = name_hash(name), []
    for column, value in row.items():
        if isinstance(value, float):
            cells.append(h + 3 * name_hash(column) + 0x9e3779b97f4a7c15 * struct.unpack("<Q", struct.pack("<d", value))[0])
        else:
            cells += [h + 3 * name_hash(member) for member in value or []]
    return mix(h) + sum(mix(cell % 2**64) for cell in cells)

def whole(table, resource, field):
    """A map as one record; None if there is none, or what it is made of is not all there."""
    head = table.get(resource)
    if head is None or head[field] is not None:
        return head
    rows, versions, deltas = {}, {}, []
    for key, record in table.items():
        if key.startswith(resource + "|~"):
            deltas.append(record)
        elif key.startswith(resource + "|"):
            pid = key.removeprefix(resource + "|")
            rows[pid], versions[pid] = dict(record[field][pid]), record["version"]
    for delta in sorted(deltas, key=lambda delta: delta["version"]):
        for pid, cells in delta["delta"].items():
            if delta["version"] > versions.get(pid, delta["version"]):
                rows[pid].update(cells)
    if field == "cost_map":
        rows = {pid: {to: cost for to, cost in row.items() if cost is not None} for pid, row in rows.items()}
    digest = sum(row_hash(pid, row) for pid, row in rows.items()) % 2**64
    if head["parts"] != {"count": len(rows), "digest": f"{digest:016x}"}:
        return None
    return head | {field: rows}

def pair(tables, last):
    """The network map and the cost map; None if there is no cost map, the last pair if one that fits is still to come."""
    if COST_MAP not in tables["cost_maps"]:
        return None
    costs = whole(tables["cost_maps"], COST_MAP, "cost_map")
    vtag = costs and costs["meta"]["dependent_vtags"][0]
    network = costs and whole(tables["network_maps"], vtag["resource_id"], "network_map")
    return (network, costs) if network and network["meta"]["vtag"] == vtag else last

def main():
    if topics := sys.argv[1:]:
        for topic, table in next(follow(*topics)).items():
            for key, record in table.items():
                print(topic, key, json.dumps(record, default=str))
        return
    current = ()  # not known yet
    heads = None
    for tables in follow("network_maps", "cost_maps"):
        before, heads = heads, [record for table in tables.values() for key, record in table.items() if "|" not in key]
        if heads == before or (new := pair(tables, current)) == current:  # parts and deltas alone are no map yet
            continue
        current = new
        if not current:
            print(COST_MAP, "null", flush=True)
            continue
        network_map, cost_map = current[0]["network_map"], current[1]["cost_map"]  # cost_map[source][destination]; no entry = unreachable
        vtag = current[0]["meta"]["vtag"]
        print(vtag["resource_id"], vtag["tag"], json.dumps(network_map))
        print(COST_MAP, json.dumps(cost_map), flush=True)

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it
    try:
        main()
    except (KafkaException, URLError) as error:
        sys.exit(f"{error}\nKAFKA_BOOTSTRAP_SERVERS is {KAFKA}, SCHEMA_REGISTRY_URL is {REGISTRY}")
