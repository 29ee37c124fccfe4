"""Reads a log (log.md, "Read"): all batches whose codec is plain; marks of transactions are passed over, and the records of
transactions come whether they were committed or not. Indexes are not asked. Further errors: ENOTSUP a batch is compressed (its codec
stands in attributes, and the next call goes on behind it), ERANGE the offset is below the log start or above the end."""
import collections, errno, os, re
from naru import Damaged
from naru_log import HEADER, crc32c, error

Record = collections.namedtuple("Record", "offset time key value headers")  # bytes or None; headers: pairs of both
_SEGMENT = re.compile("([0-9]{20})[.]log", re.ASCII)


class _Bytes:
    """The records of a batch, read from the front."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def varint(self):
        value = 0
        for shift in range(0, 64, 7):
            if self.at >= len(self.data):
                break
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 127) << shift
            if byte < 128:
                value &= (1 << 64) - 1
                return value >> 1 ^ -(value & 1)
        raise Damaged("a number does not end in its batch")

    def bytes(self):
        length = self.varint()
        if length < -1 or length > len(self.data) - self.at:
            raise Damaged("a record does not end in its batch")
        if length < 0:
            return None
        self.at += length
        return bytes(self.data[self.at - length : self.at])


class Cursor:
    """Reads a Log from an offset on. To be closed, before its log."""

    def __init__(self, log, offset=0):
        self.log, self.next, self.fd, self.base = log, offset, -1, -1
        self.position = self.limit = self.attributes = self.generation = 0  # in which the segment was found
        self.records = iter(())

    def try_read(self):
        """The next record; None when there is none yet."""
        while True:
            for record in self.records:
                if record.offset >= self.next:
                    self.next = record.offset + 1
                    return record
            if not self._batch():
                return None

    def read(self):
        """The next record; sleeps until there is one."""
        while True:
            if (record := self.try_read()) is not None:
                return record
            self.wait()

    def wait(self):
        """Sleeps until more was published, at most 100 ms: whoever was to wake may be dead."""
        log, armed = self.log, self.log.load(384)
        while armed < self.end.seq + 1 and not log.cas(384, armed, self.end.seq + 1):  # never lowered
            armed = log.load(384)
        log.fence()
        log.wait(256, self.end.seq & 0xFFFFFFFF, 100)

    def _batch(self):
        """The next batch that has something at the next offset or above; false when there is none yet."""
        while self._more():
            there = self.limit - self.position
            header = os.pread(self.fd, 61, self.position) if there >= 61 else b""
            if len(header) < 61:
                raise self._damaged()
            base, length, _, magic, crc, attributes, last, first, highest, _, _, _, count = HEADER.unpack(header)
            size, last = 12 + length, base + last
            if not (61 <= size <= there and magic == 2 and self.base <= base < 1 << 62 and base <= last):
                raise self._damaged()
            if last >= self.next:
                data = os.pread(self.fd, size, self.position)
                if crc32c(memoryview(data)[21:]) != crc:
                    raise self._damaged()
                self.position += size
                self.attributes = attributes & 0xFFFF
                self.records = self._records(memoryview(data)[61:], base, last, first, highest, count)
                return True
            self.position += size
        return False

    def _records(self, data, base, last, first, highest, count):
        if self.attributes & 39 == 0:  # else a mark, or compressed
            data = _Bytes(data)
            for _ in range(count):
                size = data.varint()
                start = data.at
                if size < 1 or size > len(data.data) - start:
                    raise self._damaged()
                data.at += 1  # its attributes
                time = first + data.varint()
                delta = data.varint()
                key, value = data.bytes(), data.bytes()
                headers = tuple((data.bytes(), data.bytes()) for _ in range(data.varint()))
                if not 0 <= delta <= last - base or data.at > start + size:
                    raise self._damaged()
                data.at = start + size
                yield Record(base + delta, highest if self.attributes & 8 else time, key, value, headers)
        self.next = max(self.next, last + 1)
        if self.attributes & 32 == 0 and self.attributes & 7:
            raise error(errno.ENOTSUP, self.log.folder)

    def _damaged(self):
        return Damaged(f"{self.log.folder}: no batch begins at byte {self.position} of segment {self.base}, or it is not sound")

    def _more(self):
        """Finds more to read; false when there is nothing yet. In another generation what comes next may lie in another file: a
        compaction has merged some."""
        while self.position >= self.limit:
            self.end = end = self.log.load_end()
            if self.generation != end.generation:
                self.close()
            self.generation = end.generation
            if self.fd >= 0:
                self._find_limit()
                if self.position < self.limit:
                    break
                if self.next >= end.next:
                    return False
            base = self._list()  # before the log start, and the look at the generation
            if self.log.load_end().generation != self.generation:
                continue
            # after the listing: of files that were merged the lowest goes first, so none behind this one was missed
            if self.fd >= 0 and not os.path.exists(os.path.join(self.log.folder, f"{self.base:020}.log")):
                self.close()
                continue
            if self.next < self.log.load(512) or self.next > end.next:
                raise error(errno.ERANGE, self.log.folder)
            if base is None:
                if self.next >= end.next:
                    return False
                raise self._damaged()
            try:
                opened = self.log.segment(base, os.O_RDONLY)
            except FileNotFoundError:
                continue  # let go of meanwhile
            self.close()
            self.fd, self.base, self.position, self.limit = opened, base, 0, 0
        return True

    def _find_limit(self):
        size = os.fstat(self.fd).st_size
        if self.base > self.end.segment or size > 0x7FFFFFFF:
            raise self._damaged()
        self.limit = size if self.base < self.end.segment else self.end.position
        if self.limit > size:
            raise self._damaged()

    def _list(self):
        """The segment to go on in; to begin in, when none is open."""
        names = (_SEGMENT.fullmatch(name) for name in os.listdir(self.log.folder))
        bases = sorted(base for name in names if name and (base := int(name[1])) <= self.end.segment)  # above: leftovers
        if self.fd >= 0:
            return next((base for base in bases if base > self.base), None)
        below = [base for base in bases if base <= self.next]
        return below[-1] if below else bases[0] if bases else None

    def close(self):
        if self.fd >= 0:
            os.close(self.fd)
        self.fd = -1
