"""The far side of a topic, in Python. Verbs as in log_peer.c."""
import errno, os, sys

sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
import naru
from naru_log import Log, Store
from naru_log_append import Appender, batch
from naru_log_read import Cursor

verb, folder = sys.argv[2], sys.argv[3]
who = sys.argv[4] if len(sys.argv) > 4 else ""
many = int(sys.argv[5]) if len(sys.argv) > 5 else 1 << 62
REFUSED = OSError, ValueError


def say(*words):
    print(*words, flush=True)


def number(refusal):
    """As errno says it in C."""
    if isinstance(refusal, naru.Damaged):
        return errno.EBADMSG
    return refusal.errno if isinstance(refusal, OSError) else errno.EINVAL


def append(appender, start):
    """A batch of WHO's records from that number on, one to three: how many."""
    count = min(1 + start % 3, many - start)
    appender.append(*((who.encode(), f"{who} {start + i}".encode()) for i in range(count)))
    return count


def line(record):
    return f"{record.offset} {(record.key or b'-').decode()} {(record.value or b'-').decode()}"


def dump(log):
    cursor = Cursor(log, int(who))
    while True:
        try:
            record = cursor.try_read()
        except REFUSED as refusal:
            if number(refusal) != errno.ENOTSUP:
                return say("end", number(refusal))
            say("compressed", cursor.attributes & 7)
            continue
        if record is None:
            return say("end", errno.EAGAIN)
        say(line(record))


def read(log):
    cursor, lines = Cursor(log, int(who)), []
    say("reads", who)
    for _ in range(many):
        while (record := cursor.try_read()) is None:
            cursor.wait()
        lines.append(line(record))
        if len(lines) > 100:
            say("\n".join(lines))
            lines = []
    if lines:
        say("\n".join(lines))
    cursor.close()


def stand(log):
    cursor = Cursor(log, int(who))
    for _ in range(many):
        say("at", cursor.try_read().offset)
    say("stands", cursor.next)
    if not sys.stdin.readline():
        os._exit(1)
    while (record := cursor.try_read()) is not None:
        say("at", record.offset)
    say("end", errno.EAGAIN)
    cursor.close()


def look_at(store):
    log = Log(store, "t")
    cursor, count, total, why = Cursor(log), 0, 0, errno.EAGAIN
    try:
        while (record := cursor.try_read()) is not None and count < 1_000_000:
            count, total = count + 1, total + record.offset + sum(record.value or b"")
    except REFUSED as refusal:
        why = number(refusal)
    cursor.close()
    said, appender = f"{count} ({total}) {why}", Appender(log)
    try:
        said += f" {appender.append((b'k', b'vvvv'))} 0"
    except REFUSED as refusal:
        said += f" -1 {number(refusal)}"
    os.close(appender.fd) if appender.fd >= 0 else None
    say(said)


def look():
    for _ in iter(sys.stdin.readline, ""):
        try:
            store = Store(folder)
        except REFUSED as refusal:
            say("store", number(refusal))
            continue
        try:
            look_at(store)
        except REFUSED as refusal:
            say("open", number(refusal))
        store.close()


def run():
    log = Log(Store(folder), "t")
    appender, start = Appender(log), 0
    if verb == "dump":
        dump(log)
    elif verb == "read":
        read(log)
    elif verb == "stand":
        stand(log)
    elif verb == "append":
        while start < many:
            start += append(appender, start)
        say("appended", start)
    elif verb == "tell":
        while True:
            start += append(appender, start)
            say("told", start - 1)
    elif verb == "each":
        say("ready", 0)
        for word in iter(sys.stdin.readline, ""):
            try:
                say("appended", appender.append((None, word[:-1].encode())))
            except REFUSED as refusal:
                say("refused", number(refusal))
    elif verb == "claim":
        half = batch([(who.encode(), b"half")])
        appender.claim(1000)
        os.pwrite(appender.fd, half, appender.end.position)
        say("claimed", 0)
        if not sys.stdin.readline():
            os._exit(1)  # nobody told it to go on
        say("published", appender.publish(half))
    appender.close()


if verb == "look":
    look()
else:
    try:
        run()
    except REFUSED as refusal:
        say("refused", number(refusal))
