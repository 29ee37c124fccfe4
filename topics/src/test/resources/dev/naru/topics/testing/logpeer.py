"""The far side in Python: LAYOUTS read|append|half|behind STORE [MANY], on partition 0 of the topic t."""
import errno, os, sys

sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
from naru_log import Log, Store  # noqa: E402
from naru_log_append import Appender, batch  # noqa: E402
from naru_log_read import Cursor  # noqa: E402

verb, store, many = sys.argv[2], Store(sys.argv[3]), int(sys.argv[4])
log = Log(store, "t", 0)


def say(*words):
    print(*words, flush=True)


if verb == "read":
    say("reads")
    cursor = Cursor(log)
    for offset in range(many):
        number, _, key, value, headers = cursor.read()
        if number != offset:
            say(f"{number} instead of {offset}")
        said = [None if field is None else field.decode() for field in (key, value)]
        say(number, *said, *(f"{name.decode()}={text.decode()}" for name, text in headers))
elif verb == "append":
    appender = Appender(log)
    for at in range(0, many, 2):
        offset = appender.append((b"python", f"v{at}".encode()), (None, f"v{at + 1}".encode()))
        say(at + 2, offset)
elif verb == "behind":  # stops after the first record, until it is told to go on
    cursor, rest = Cursor(log), []
    say(cursor.read().offset)
    sys.stdin.readline()
    while True:
        try:
            record = cursor.try_read()
        except OSError as gone:
            if gone.errno != errno.ERANGE:
                raise
            cursor.close()
            cursor = Cursor(log, log.load(512))  # where the log begins now
            continue
        if record is None:
            break
        rest.append(record.offset)
    say(*rest)
elif verb == "half":  # under the lock, with half of a batch where it would go
    appender, half = Appender(log), batch([(None, b"never" * 20)])
    appender.claim(len(half))
    os.pwrite(appender.fd, half[: len(half) // 2], appender.end.position)
    say("half")
    sys.stdin.read()
os._exit(0)
