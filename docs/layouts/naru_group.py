"""Looks at the groups (group.md) of a store from Python 3: members, owners, what is committed. It changes nothing, and waits for
nobody; joining and committing are left to the library. Errors beside those of naru_log.py: ENOENT there is no such group, ESTALE
it is of an earlier boot or a copy, and to be opened once by `naru` or the library, EIDRM it was removed."""
import collections, errno, os, re, struct
from naru import Damaged, Words, mapped
from naru_log import error

MEMBERS, TOPICS, PARTITIONS, METADATA = 512, 512, 16384, 4096
MEMBERS_FROM, TOPICS_FROM, PARTITIONS_FROM, PARTITION = 4096, 266240, 528384, 8704
_COPY = struct.Struct("<qqqqii")

# alive: whether its process lives: a dead one is a member until another takes it out. Times in ms, polled by CLOCK_MONOTONIC.
Member = collections.namedtuple("Member", "id process alive lease polled topics label")
# owner and target: ids of members, 0 for nobody. committed: -1 for nothing. time: ms since 1970. metadata: bytes.
Partition = collections.namedtuple("Partition", "topic partition target owner generation committed time epoch metadata")


def file_name(group):
    plain = re.compile(b"[A-Za-z0-9._-]")
    bytes_of = (bytes([each]) for each in group.encode())
    return "".join(each.decode() if plain.match(each) else f"%{each[0]:02X}" for each in bytes_of) + ".naru"


def names(store):
    """Of all groups of a Store, in order."""
    folder = os.path.join(store.folder, "groups")
    files = os.listdir(folder) if os.path.isdir(folder) else []
    code = re.compile(b"%([0-9A-Fa-f]{2})")
    stems = (file[:-5].encode() for file in files if file.endswith(".naru"))
    return sorted(code.sub(lambda each: bytes([int(each[1], 16)]), stem).decode() for stem in stems)


class Group(Words):
    """A group of a Store. To be closed."""

    def __init__(self, store, name):
        self.store, self.path, self.map = store, os.path.join(store.folder, "groups", file_name(name)), b""
        self.fd = os.open(self.path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            self._check()
            self.look()
        except BaseException:
            self.close()
            raise

    def _check(self):
        status = os.fstat(self.fd)
        if status.st_size < MEMBERS_FROM:
            raise error(errno.EINVAL, self.path)
        self.map, self.base = mapped(self.fd, status.st_size)
        magic, version = struct.unpack_from("<8si", self.map)
        if magic != b"NaruGrup" or version < 1:
            raise error(errno.EINVAL, self.path)
        if version > 1:
            raise error(errno.ENOTSUP, self.path)
        if (self.load(40), self.load(32), self.map[16:32]) != (self.store.load(32), status.st_ino, self.store.map[136:152]):
            raise error(errno.ESTALE, self.path)

    def look(self):
        """How much there is now: rows are added at the end alone."""
        partitions = self.load(312)  # pairs with the release of who added a row
        rows, topics = struct.unpack("<ii", self.map[304:312])
        if self.load(64) & 1:
            raise error(errno.EIDRM, self.path)
        if not (0 <= rows <= MEMBERS and 0 <= topics <= TOPICS and partitions <= PARTITIONS):
            raise Damaged(f"{self.path} has more rows than there can be")
        needed = MEMBERS_FROM + rows * 512
        if partitions:
            needed = PARTITIONS_FROM + partitions * PARTITION
        elif topics:
            needed = TOPICS_FROM + topics * 512
        size = os.fstat(self.fd).st_size  # after the counts
        if size < needed:
            raise Damaged(f"{self.path} is shorter than its counts say")
        if len(self.map) < needed:
            self.map, self.base = mapped(self.fd, size)
        self.rows, self.topics, self.partition_rows = rows, topics, partitions

    def topic(self, number):
        """The name of a topic by its number."""
        return self._text(TOPICS_FROM + number * 512 + 4, 240)

    def members(self):
        """All members."""
        found = []
        for row in range(self.rows):
            at = MEMBERS_FROM + row * 512
            id = self.load(at)
            process, lease, polled = struct.unpack("<Qqq", self.map[at + 8 : at + 32])
            bits, label = int.from_bytes(self.map[at + 64 : at + 128], "little"), self._text(at + 192, 300)
            self.fence()
            if id == 0 or self.load(at) != id:  # nobody, or it left just now: no id comes twice
                continue
            topics = [self.topic(each) for each in range(self.topics) if bits >> each & 1]
            found.append(Member(id, process, self.store.alive(process), lease, polled, topics, label))
        return found

    def partitions(self):
        """All partitions in which it reads, or something is committed."""
        found = (self._partition(PARTITIONS_FROM + row * PARTITION) for row in range(self.partition_rows))
        return [each for each in found if each is not None]

    def _partition(self, at):
        topic, number, target = struct.unpack("<iiq", self.map[at : at + 16])
        if not 0 <= topic < self.topics:
            return None  # a row of no use
        while True:
            seq = self.load(at + 64)
            copy, text = at + 72 + (seq & 1) * 64, at + 512 + (seq & 1) * METADATA
            owner, generation, committed, time, epoch, size = _COPY.unpack(self.map[copy : copy + 40])
            metadata = self.map[text : text + (size if 0 <= size <= METADATA else 0)]
            self.fence()
            if self.load(at + 64) == seq:
                return Partition(self.topic(topic), number, target, owner, generation, committed, time, epoch, metadata)

    def _text(self, at, most):
        size = min(max(struct.unpack("<i", self.map[at : at + 4])[0], 0), most)
        return self.map[at + 4 : at + 4 + size].decode(errors="replace")

    def close(self):
        if self.fd >= 0:
            os.close(self.fd)
        self.fd = -1
