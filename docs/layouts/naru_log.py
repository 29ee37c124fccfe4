"""The log of a topic (log.md) from Python 3: reads a partition, and appends within what is reserved.

What makes or moves files (a roll, more reserved space, retention, recovery, flushing) is left to the library: append() answers None
where one of them would have to come first. Records are those that nobody compressed.
"""
import ctypes, mmap, os, struct, time
from naru import RELEASE, Damaged, File, Lock

STORE = 4
_HEADER = struct.Struct(">qiibIhiqqqhii")  # base, length, epoch, magic, CRC, attributes, last delta, times, producer, count
_COUNTED, _CRC_FROM, _TOP = 12, 21, 0x7FFFFFFF  # what the length leaves out; where the CRC begins

_table = []
for _byte in range(256):
    for _ in range(8):
        _byte = (_byte >> 1) ^ (0x82F63B78 if _byte & 1 else 0)
    _table.append(_byte)


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = (crc >> 8) ^ _table[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def _varint(number):
    left, out = (number << 1) ^ (number >> 63), bytearray()
    while left > 0x7F:
        out.append(left & 0x7F | 0x80)
        left >>= 7
    out.append(left)
    return bytes(out)


def _field(data):
    return _varint(-1) if data is None else _varint(len(data)) + data


class _Bytes:
    """What is parsed. No byte behind its end is touched, whatever stands before."""

    def __init__(self, data, where):
        self.data, self.at, self.where = data, 0, where

    def take(self, count):
        if count < 0 or self.at + count > len(self.data):
            raise Damaged(f"{self.where}: a record does not end in its batch")
        self.at += count
        return self.data[self.at - count : self.at]

    def varint(self):
        bits = 0
        for shift in range(0, 70, 7):
            byte = self.take(1)[0]
            bits |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
        return (bits >> 1) ^ -(bits & 1)

    def field(self):
        return None if (length := self.varint()) == -1 else self.take(length)


class Store(File):
    """A process's membership of a store: its id, and who else is alive."""

    def __init__(self, folder):
        self.folder = folder
        super().__init__(os.path.join(folder, "store.naru"), STORE)

    def measure(self):
        if struct.unpack_from("<i", self.map, 128)[0] != 1:
            raise ValueError(f"{self.path} is of another format than 1")
        self.store_id = self.map[136:152]


class End:
    """One consistent copy of the published end."""

    def __init__(self, seq, words):
        self.seq, self.words = seq, words
        self.segment, self.next, room = words[:3]
        self.position, self.reserved, self.sealed = room & 0xFFFFFFFF, room >> 32 & _TOP, room >> 63 != 0


class Partition(Lock):
    """A partition, open. Its lock's members are those of the store."""

    def __init__(self, store, topic, number):
        self.members, self.id = store, store.id
        self.folder = os.path.join(store.folder, "topics", f"{topic}-{number}")
        self.path = os.path.join(self.folder, "partition.naru")
        self.fd = os.open(self.path, os.O_RDWR | os.O_CLOEXEC)
        self.map = mmap.mmap(self.fd, 4096)
        self.base = ctypes.addressof(ctypes.c_char.from_buffer(self.map))
        if struct.unpack_from("<8si", self.map) != (b"NaruPart", 1):
            raise ValueError(f"{self.path} is no partition that this knows")
        if self.load(40) != store.load(32) or self.load(32) != os.fstat(self.fd).st_ino or self.map[16:32] != store.store_id:
            raise ValueError(f"{self.path} is of an earlier boot or a copy: open it once by `naru` or the library")

    def alive(self, id):
        return self.members.alive(id)

    def end(self):
        while True:
            seq = self.load(256)
            words = [self.load(264 + 64 * (seq & 1) + 8 * i) for i in range(6)]
            self.fence()
            if self.load(256) == seq:
                return End(seq, words)

    def append(self, records):
        """Appends (key, value) pairs of bytes or None as one batch: the offset of the first; None when the library has to roll or
        to reserve space first. When this process dies in here, nothing was appended."""
        self.lock()  # a dead owner has left nothing to repair
        try:
            if self.load(48) != 0 or self.load(64) != 0:
                raise RuntimeError(f"{self.path}: nobody appends here, or somebody else")
            batch = self._batch((end := self.end()).next, records)
            if end.sealed or end.position + len(batch) > end.reserved:
                return None
            self._write(end, batch)
            self._flip(end, len(batch), len(records))
            return end.next
        finally:
            self.unlock()

    def _batch(self, base, records):
        now, body = int(time.time() * 1000), b""
        for i, (key, value) in enumerate(records):
            record = b"\0" + _varint(0) + _varint(i) + _field(key) + _field(value) + _varint(0)
            body += _varint(len(record)) + record
        length, epoch = _HEADER.size + len(body) - _COUNTED, struct.unpack_from("<i", self.map, 520)[0]
        fields = [base, length, epoch, 2, 0, 0, len(records) - 1, now, now, -1, -1, -1, len(records)]
        fields[4] = crc32c(_HEADER.pack(*fields)[_CRC_FROM:] + body)
        return _HEADER.pack(*fields) + body

    def _write(self, end, batch):
        self.fence()  # what is stored from here on is seen after the last flip
        with open(self.segment_path(end.segment), "r+b", buffering=0) as file:
            os.pwrite(file.fileno(), batch, end.position)  # into the pages that others have mapped

    def _flip(self, end, size, count):
        after, room = end.next + count, end.position + size | end.reserved << 32
        at = 264 + 64 * (end.seq + 1 & 1)
        for i, word in enumerate([end.segment, after, room, end.words[3], after, after]):
            self.store(at + 8 * i, word)
        self.store(256, end.seq + 1, RELEASE)  # the records are there
        self.fence()
        if self.load(384) > self.load(392):
            self.wake(256, _TOP)
            self.store(392, end.seq + 1)  # after the wake

    def segment_path(self, base):
        return os.path.join(self.folder, f"{base:020}.log")

    def read(self, offset=0):
        """What is there from that offset on, or from the log start: (offset, timestamp, key, value, headers) each. Who falls behind what
        is kept goes on at the log start, too: the offsets tell."""
        while (offset := max(offset, self.load(512))) < (end := self.end()).next:
            names = [name[:20] for name in os.listdir(self.folder) if len(name) == 24 and name.endswith(".log")]
            base = max((b for b in map(int, names) if b <= min(offset, end.segment)), default=-1)
            try:
                with open(self.segment_path(base), "rb") as file:
                    data = file.read(end.position if base == end.segment else -1)
            except FileNotFoundError:
                data = b""
            if self.load(512) > offset:
                continue  # after the listing: what is missing is missing for this reason
            before = offset
            for record in self._records(data, self.segment_path(base), base, end.next):
                if record[0] >= offset:
                    offset = record[0] + 1
                    yield record
            if offset == before:
                raise Damaged(f"{self.folder}: no segment has offset {offset}")

    def _records(self, data, where, expected, bound):
        at = 0
        while at < len(data):
            header = data[at : at + _HEADER.size].ljust(_HEADER.size, b"\0")
            base, length, _, magic, crc, attributes, delta, first, _, _, _, _, count = _HEADER.unpack(header)
            after = at + _COUNTED + length
            if magic != 2 or not at + _HEADER.size <= after <= len(data) or crc32c(data[at + _CRC_FROM : after]) != crc:
                raise Damaged(f"{where}: no sound batch begins at {at}")
            if not expected <= base <= base + delta < bound:  # no CRC covers it
                raise Damaged(f"{where}: the batch at {at} has offset {base}, and {expected} comes next")
            expected = base + delta + 1
            if attributes & 7:
                raise ValueError(f"{where}: the batch at {at} is compressed")
            parsed = _Bytes(data[at + _HEADER.size : after], where)
            for _ in range(0 if attributes & 0x20 else count):  # a control batch has no records of users
                parsed.varint(), parsed.take(1)
                timestamp, number = first + parsed.varint(), base + parsed.varint()
                key, value = parsed.field(), parsed.field()
                headers = [(parsed.field(), parsed.field()) for _ in range(parsed.varint())]
                yield number, timestamp, key, value, headers
            at = after

    def wait_beyond(self, end):
        """Sleeps until something was published since that end, but not for ever: whoever was to wake it may be dead."""
        while (armed := self.load(384)) < end.seq + 1 and not self.cas(384, armed, end.seq + 1):
            pass  # never lowered
        self.fence()
        if self.load(256) == end.seq:
            self.wait(256, end.seq & 0xFFFFFFFF, 100)
