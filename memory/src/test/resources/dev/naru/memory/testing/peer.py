"""The far side of a ring or a lock, in Python. Messages as in peer.c."""
import mmap, os, struct, sys

sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
import naru

verb, path, many = sys.argv[2], sys.argv[3], int(sys.argv[4])


def message(number):
    return struct.pack("<q", number) + bytes((number + i) & 255 for i in range(8, 8 + number % 50))


if verb == "send":
    ring = naru.Ring(path).writer()
    for number in range(many):
        ring.send(message(number))
    print("sent")
elif verb == "receive":
    ring = naru.Ring(path).reader()
    for number in range(many):
        if ring.receive() != message(number):
            sys.exit(4)
    print("received")
elif verb == "broadcast":
    ring = naru.Broadcast(path).producer()
    for number in range(ring.sequence, many):
        ring.send(message(number))
    ring.give(4352)
    print("sent")
elif verb == "listen":
    ring = naru.Broadcast(path).listener()
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
else:
    lock = naru.Lock(path)
    print("owner died" if lock.lock() else "acquired", flush=True)
    if not sys.stdin.read(1):
        os._exit(1)  # nobody told it to go on
    lock.unlock()
