"""Topics (log.md) from Python 3: opens a store and a partition; naru_log_append.py appends to it, naru_log_read.py reads it. Making
topics, recovery and keeping (flushes, indexes, retention) are left to the library.

One thread uses a store and what was opened by it. Errors are OSErrors. ESTALE: open it once by `naru` or the library. EIDRM: the
topic was removed. EPERM: another publisher appends. ENOTSUP: a newer format, or what only the library can. And those of naru.py.
"""
import errno, os, struct
from naru import STORE, Damaged, File, Words, mapped, sound

HEADER = struct.Struct(">qiibIhiqqqhii")  # of a batch
COPY = struct.Struct("<qqiiqqq")  # of the published end
NEVER = (1 << 63) - 1
_table = []
for _byte in range(256):
    for _ in range(8):
        _byte = _byte >> 1 ^ (0x82F63B78 if _byte & 1 else 0)
    _table.append(_byte)


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ _table[(crc ^ byte) & 255]
    return crc ^ 0xFFFFFFFF


def error(number, what):
    return OSError(number, os.strerror(number), what)


class Store(File):
    def __init__(self, folder):
        super().__init__(os.path.join(folder, "store.naru"), STORE)
        self.folder = folder
        if struct.unpack_from("<i", self.map, 128)[0] > 1:
            self.close()
            raise error(errno.ENOTSUP, self.path)


class End:
    """A copy of the published end."""

    def __init__(self, log, seq):
        self.seq, at = seq, 264 + (seq & 1) * 64
        copy = COPY.unpack(log.map[at : at + 48])
        self.segment, self.next, self.position, self.reserved, self.generation, *_ = copy
        self.sealed, self.reserved = self.reserved < 0, self.reserved & 0x7FFFFFFF

    def check(self, log):
        if log.load(64) & 1:
            raise error(errno.EIDRM, log.folder)
        if log.load(48) != 0:
            raise error(errno.EPERM, log.folder)
        if not (sound(self.seq) and 0 <= self.segment <= self.next < 1 << 62 and 0 <= self.position <= self.reserved):
            raise Damaged(f"{log.folder}: the published end is none")
        return self


class Log(Words):
    """A partition of a topic of a store."""

    def __init__(self, store, topic, partition=0):
        self.members = store
        self._settings(os.path.join(store.folder, "settings", f"{topic}.properties"))
        self.folder = os.path.join(store.folder, "topics", f"{topic}-{partition}")
        block = os.open(os.path.join(self.folder, "partition.naru"), os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            status = os.fstat(block)
            if status.st_size < 4096:
                raise error(errno.EINVAL, self.folder)
            self.map, self.base = mapped(block, 4096)
        finally:
            os.close(block)
        magic, version = struct.unpack_from("<8si", self.map)
        if magic != b"NaruPart" or version < 1:
            raise error(errno.EINVAL, self.folder)
        if version > 1:
            raise error(errno.ENOTSUP, self.folder)
        if (self.load(40), self.load(32), self.map[16:32]) != (store.load(32), status.st_ino, store.map[136:152]):
            raise error(errno.ESTALE, self.folder)

    def _settings(self, path):
        with open(path, encoding="utf-8") as lines:
            pairs = (line.strip().split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
            settings = {name.strip(): value.strip() for name, value in pairs}
        self.segment_bytes = int(settings.get("segment.bytes", 1 << 30))
        self.most = min(self.segment_bytes, int(settings.get("max.message.bytes", 0x7FFFFFFF)))
        self.segment_ms = int(settings.get("segment.ms", NEVER))
        self.compacted = "compact" in settings.get("cleanup.policy", "")
        if self.compacted:  # what is to be compacted is to be sealed
            self.segment_ms = min(self.segment_ms, int(settings.get("max.compaction.lag.ms", NEVER)))
        self.flushes = any(int(settings.get(name, NEVER)) != NEVER for name in ("flush.messages", "flush.ms"))
        self.log_time = settings.get("message.timestamp.type") == "LogAppendTime"
        if not 65536 <= self.segment_bytes <= 0x7FFFFFFF:
            raise Damaged(f"{path}: segment.bytes={self.segment_bytes}")

    def segment(self, base, flags):
        return os.open(os.path.join(self.folder, f"{base:020}.log"), flags | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)

    def load_end(self):
        """A reader's look (log.md, "Read", 1)."""
        while True:
            seq = self.load(256)
            end = End(self, seq)
            self.fence()
            if self.load(256) == seq:
                return end.check(self)
