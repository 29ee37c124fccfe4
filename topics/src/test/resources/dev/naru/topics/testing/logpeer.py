"""The far side in Python: LAYOUTS read|append|half|behind STORE [MANY], on partition 0 of the topic t."""
import os, sys

sys.path.insert(0, sys.argv[1])
from naru_log import Partition, Store  # noqa: E402

verb, store, many = sys.argv[2], Store(sys.argv[3]), int(sys.argv[4])
log = Partition(store, "t", 0)


def say(*words):
    print(*words, flush=True)


if verb == "read":
    say("reads")
    offset = 0
    while offset < many:
        end = log.end()
        for number, _, key, value, headers in log.read(offset):
            if number != offset:
                say(f"{number} instead of {offset}")
            said = [None if field is None else field.decode() for field in (key, value)]
            say(number, *said, *(f"{name.decode()}={text.decode()}" for name, text in headers))
            offset += 1
        if offset < many and offset >= end.next:
            log.wait_beyond(end)
elif verb == "append":
    at = 0
    while at < many:
        end = log.end()
        offset = log.append([(b"python", f"v{at}".encode()), (None, f"v{at + 1}".encode())])
        if offset is None:
            say("room")  # whoever uses the library makes it
            log.wait_beyond(end)
        else:
            at += 2
            say(at, offset)
elif verb == "behind":  # stops after the first record, until it is told to go on
    records = log.read(0)
    say(next(records)[0])
    sys.stdin.readline()
    say(*(record[0] for record in records))
elif verb == "half":  # under the lock, with half of a batch where it would go
    log.lock()
    end = log.end()
    batch = log._batch(end.next, [(None, b"never" * 20)])
    log._write(end, batch[: len(batch) // 2])
    say("half")
    sys.stdin.read()
os._exit(0)
