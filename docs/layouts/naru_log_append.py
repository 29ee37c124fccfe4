"""Appends plain batches to a log (log.md, "Append"). A topic that is to be flushed while it is appended to is left to the library:
ENOTSUP. Further errors: EIO the disk failed at a flush, EMSGSIZE the batch is too large, EINVAL a record has no key, and the topic is
compacted; those of fallocate(2), as when the disk is full: the log is as it was, and the next append tries again."""
import ctypes, errno, os, struct, time
from naru import RELEASE, Damaged, _libc
from naru_log import COPY, HEADER, NEVER, End, crc32c, error


def now():
    return time.time_ns() // 1_000_000


def _varint(value):
    value, out = (value << 1 ^ value >> 63) & (1 << 64) - 1, bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def _bytes(value):
    return _varint(-1) if value is None else _varint(len(value)) + value


def batch(records, at=None):
    """A batch of (key, value) or (key, value, headers) or (key, value, headers, time in ms), but for what publishing adds."""
    at = now() if at is None else at
    out, times = [], []
    for delta, (key, value, *more) in enumerate(records):
        headers = more[0] if more else ()
        times.append(more[1] if len(more) > 1 else at)
        body = b"\0" + _varint(times[-1] - times[0]) + _varint(delta) + _bytes(key) + _bytes(value) + _varint(len(headers))
        body += b"".join(_bytes(name) + _bytes(text) for name, text in headers)
        out.append(_varint(len(body)) + body)
    body = b"".join(out)
    return bytearray(HEADER.pack(0, 49 + len(body), 0, 2, 0, 0, len(out) - 1, times[0], max(times), -1, -1, -1, len(out)) + body)


class Appender:
    """Appends to a Log."""

    def __init__(self, log):
        self.log, self.fd, self.base = log, -1, -1

    def append(self, *records):
        """Appends (key, value), (key, value, headers) or (key, value, headers, time), as one batch: the offset of the first."""
        if self.log.compacted and any(key is None for key, *_ in records):
            raise error(errno.EINVAL, self.log.folder)
        laid_out = batch(records)
        self.claim(len(laid_out))
        return self.publish(laid_out)

    def claim(self, size):
        """Takes the lock, and room for a batch of that many bytes. Then publish, or abandon."""
        log = self.log
        if log.flushes:
            raise error(errno.ENOTSUP, log.folder)
        if size > log.most:
            raise error(errno.EMSGSIZE, log.folder)
        self.room = size
        log.members.lock_word(log, 128)  # a dead owner has left nothing to repair
        try:
            self._own()
            self._room(size)
        except BaseException:
            self.abandon()
            raise

    def abandon(self):
        """Gives the lock back; nothing was appended."""
        self.log.members.unlock_word(self.log, 128)

    def publish(self, laid_out):
        """Publishes a batch in the room that was claimed, and gives the lock back: the offset of its first record."""
        try:
            log, end, offset = self.log, self.end, self.end.next
            if len(laid_out) > self.room:
                raise error(errno.EMSGSIZE, log.folder)
            struct.pack_into(">q", laid_out, 0, offset)
            laid_out[12:16] = struct.pack(">I", log.load(520) & 0xFFFFFFFF)  # leader epoch
            if log.log_time:
                struct.pack_into(">h", laid_out, 21, 8)
                struct.pack_into(">q", laid_out, 35, now())
            struct.pack_into(">I", laid_out, 17, crc32c(memoryview(laid_out)[21:]))
            if os.pwrite(self.fd, laid_out, end.position) != len(laid_out):  # its bytes are those that others have mapped
                raise error(errno.EIO, log.folder)
            end.next += struct.unpack_from(">i", laid_out, 57)[0]
            end.position += len(laid_out)
            self._flip()
            log.fence()  # pairs with that of who sleeps: there it is arming, then the look
            if log.load(384) > log.load(392):
                log.wake(256, 0x7FFFFFFF)
                log.store(392, end.seq)  # after the wake
            return offset
        finally:
            self.abandon()

    def _own(self):
        self.end = End(self.log, self.log.load(256))
        self.log.fence()  # what is stored from here on is seen after the last flip
        self.end.check(self.log)
        if self.log.load(64):
            raise error(errno.EIO, self.log.folder)

    def _flip(self):
        end, log = self.end, self.log
        end.seq += 1
        at, reserved = 264 + (end.seq & 1) * 64, end.reserved - (1 << 31 if end.sealed else 0)
        log.map[at : at + 48] = COPY.pack(end.segment, end.next, end.position, reserved, end.generation, end.next, end.next)
        log.store(256, end.seq, RELEASE)
        log.fence()  # before the other copy is filled

    def _open(self, base):
        if self.base != base or self.fd < 0:
            opened = self.log.segment(base, os.O_RDWR | os.O_CREAT)
            self._close()
            self.fd, self.base = opened, base

    def _close(self):
        if self.fd >= 0:
            os.close(self.fd)
        self.fd = -1

    def _reserve(self, start, to):
        while _libc.fallocate(self.fd, 0, ctypes.c_int64(start), ctypes.c_int64(to - start)) < 0:
            if ctypes.get_errno() != errno.EINTR:
                raise error(ctypes.get_errno(), self.log.folder)
        self.end.reserved = to

    def _room(self, size):
        """log.md, "Room"."""
        end, log, timed = self.end, self.log, self.log.segment_ms != NEVER
        since, needed = log.load(528), end.position + size
        old = timed and end.position > 0 and since and now() - since >= log.segment_ms
        if timed and (end.position == 0 or since == 0):
            log.store(528, now())
        self._open(end.segment)
        if os.fstat(self.fd).st_size < end.reserved:
            raise Damaged(f"{log.folder}: the segment {end.segment} is cut off")
        if end.sealed or end.position > 0 and (needed > log.segment_bytes or old):  # roll
            if end.next == end.segment:
                raise Damaged(f"{log.folder}: the segment {end.segment} is sealed, and empty")
            end.reserved, end.sealed = end.position, True
            self._flip()
            os.ftruncate(self.fd, end.position)
            self._open(end.next)
            os.ftruncate(self.fd, 0)
            self._reserve(0, max(size, 65536))
            end.segment, end.position, end.sealed = end.next, 0, False
            log.store(528, now() if timed else 0)
            self._flip()
        elif needed > end.reserved:  # extend
            to = min(end.reserved + max(65536, min(end.reserved, 16 << 20)), log.segment_bytes)
            self._reserve(end.reserved, max(to, needed))
            self._flip()

    def close(self):
        """Ends the appending: the segment is cut to its end, unless somebody else has the lock."""
        log, seen = self.log, self.log.load(128)
        if self.fd >= 0 and seen >> 2 == 0 and log.cas(128, seen, log.members.id << 2 | seen & 1):
            try:
                self._own()
                if self.base == self.end.segment and not self.end.sealed and self.end.reserved > self.end.position:
                    self.end.reserved = self.end.position
                    self._flip()
                    os.ftruncate(self.fd, self.end.position)
            except (OSError, Damaged):
                pass  # it stays longer
            finally:
                self.abandon()
        self._close()
