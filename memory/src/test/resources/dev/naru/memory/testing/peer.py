"""The far side of a ring or a lock, in Python. Messages as in peer.c."""
import mmap, os, struct, sys

sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
import naru, naru_broadcast, naru_ring

verb, path, many = sys.argv[2], sys.argv[3], int(sys.argv[4])


def message(number):
    return struct.pack("<q", number) + bytes((number + i) & 255 for i in range(8, 8 + number % 50))


def outcome(call):
    """How it ended, and what it answered. "refused" is a ValueError that is not Damaged: each other error ends this."""
    try:
        answer = call()
        return "nothing" if answer is None or answer is False else "well", answer
    except naru.Damaged:
        return "damaged", None
    except RuntimeError:
        return "taken", None
    except ValueError:
        return "refused", None


def drain(ring):
    received = bytes = total = 0
    while True:
        how, message = outcome(ring.try_receive)
        if how != "well":
            return f" {received} of {bytes} ({total}) {how}"
        received, bytes, total = received + 1, bytes + len(message), total + sum(message)
        if received > 1_000_000:
            return " for ever"


def look_ring():
    opened, ring = outcome(lambda: naru_ring.Ring(path))
    said, reader, writer = opened, None, None
    if ring:
        reader, writer = outcome(ring.reader)[0], outcome(ring.writer)[0]
        said += f" {reader} {writer}"
    print(said, flush=True)
    sys.stdin.readline()
    said = drain(ring) if reader == "well" else ""
    if writer == "well":
        for _ in range(40):
            sent, _ = outcome(lambda: ring.try_send(b"\1" + bytes(299)))
            if sent != "well":
                break
        said += " " + sent
    print(said + (drain(ring) if reader == "well" else "") + ".", flush=True)
    if ring:
        ring.close()


def look_broadcast():
    opened, ring = outcome(lambda: naru_broadcast.Broadcast(path))
    said = opened
    if ring:
        listener = outcome(ring.listener)[0]
        said += f" {listener}"
    print(said, flush=True)
    sys.stdin.readline()
    said = ""
    if ring:
        said = drain(ring) if listener == "well" else ""
        producer = outcome(ring.producer)[0]
        said += f" {producer}"
        if producer == "well":
            for _ in range(5):
                ring.send(b"\1" + bytes(299))
            said += " well"
        said += drain(ring) if listener == "well" else ""
        ring.close()
    print(said + ".", flush=True)


def look_lock():
    opened, lock = outcome(lambda: naru.Lock(path))
    print(opened, flush=True)
    sys.stdin.readline()
    if lock:
        locked, died = outcome(lock.lock)
        print(" taken" if locked == "taken" else " owner died" if died else " acquired", end="")
        if locked != "taken":
            lock.unlock()
        lock.close()
    print(".", flush=True)


if verb == "look":  # as in peer.c
    for kind in iter(sys.stdin.readline, ""):
        {"ring": look_ring, "broadcast": look_broadcast, "lock": look_lock}[kind.strip()]()
elif verb == "send":
    ring = naru_ring.Ring(path).writer()
    for number in range(many):
        ring.send(message(number))
    print("sent")
elif verb == "receive":
    ring = naru_ring.Ring(path).reader()
    for number in range(many):
        if ring.receive() != message(number):
            sys.exit(4)
    print("received")
elif verb == "broadcast":
    ring = naru_broadcast.Broadcast(path).producer()
    for number in range(ring.sequence, many):
        ring.send(message(number))
    ring.give(4352)
    print("sent")
elif verb == "listen":
    ring = naru_broadcast.Broadcast(path).listener()
    first, number = ring.expected, -1
    print("listens", flush=True)
    while number < many - 1:
        seen = ring.receive()
        (next,) = struct.unpack_from("<q", seen)
        if next <= number or seen != message(next):
            sys.exit(4)
        number = next
    ring.give(ring.row)
    print("received" if first + ring.received + ring.missed == many else "miscounted")
elif verb == "count":
    lock = naru.Lock(path)
    counter = mmap.mmap(os.open(sys.argv[5], os.O_RDWR), 8)
    for _ in range(many):
        lock.lock()
        struct.pack_into("<q", counter, 0, struct.unpack_from("<q", counter)[0] + 1)
        lock.unlock()
    print("counted")
elif verb == "leave":  # closes it with the lock, and lives on
    lock = naru.Lock(path)
    said = "owner died" if lock.lock() else "acquired"
    lock.close()
    print(said, flush=True)
    sys.stdin.read(1)
else:
    lock = naru.Lock(path)
    print("owner died" if lock.lock() else "acquired", flush=True)
    if not sys.stdin.read(1):
        os._exit(1)  # nobody told it to go on
    lock.unlock()
