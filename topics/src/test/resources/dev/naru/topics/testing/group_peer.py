"""One who looks at groups, in Python. Verbs as in group_peer.c."""
import errno, sys

sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
import naru
from naru_group import Group, names
from naru_log import Store

verb, folder = sys.argv[2], sys.argv[3]


def show(group):
    for m in group.members():
        words = ["member", m.id, m.process, "alive" if m.alive else "dead", m.lease, m.label, *m.topics]
        print(*words, *(["polled"] if m.polled > 0 else []))
    for p in group.partitions():
        name = f"{p.topic}-{p.partition}"
        print(name, p.owner, p.target, p.generation, p.committed, p.time, p.epoch, p.metadata.decode())


def watch(group, many):
    """Until it sees that offset: what goes with an offset says it, and is as long as that wants it."""
    print("watches", flush=True)
    committed = -1
    while committed < many:
        p = group.partitions()[0]
        committed = p.committed
        if committed >= 0 and (p.epoch, p.metadata) != (committed % 1000, f"{committed} ".encode() * (committed % 400)):
            return print("torn")
    print("whole")


try:
    store = Store(folder)
    if verb == "names":
        print("\n".join(names(store)))
    else:
        group = Group(store, sys.argv[4])
        show(group) if verb == "show" else watch(group, int(sys.argv[5]))
        group.close()
    store.close()
except naru.Damaged:
    print("refused", errno.EBADMSG)
except OSError as refusal:
    print("refused", refusal.errno)
