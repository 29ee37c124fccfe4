"""The lock (lock.md) and the rings (ring.md) of Naru from Python 3. Linux, little-endian.

Atomic operations come from libatomic (Debian: libatomic1) and futex(2) from the C library, by ctypes. One thread uses an object.
"""
import ctypes, fcntl, mmap, os, struct, sys

_atomic = ctypes.CDLL("libatomic.so.1")
_libc = ctypes.CDLL(None)
_RELAXED, _ACQUIRE, _RELEASE, _SEQ_CST = 0, 2, 3, 5
_u64, _ptr = ctypes.c_uint64, ctypes.c_void_p
_int = ctypes.c_int


def _op(name):
    return getattr(_atomic, f"__atomic_{name}_8")


_op("load").restype, _op("load").argtypes = _u64, [_ptr, _int]
_op("store").restype, _op("store").argtypes = None, [_ptr, _u64, _int]
for _name in "exchange", "fetch_add":
    _op(_name).restype, _op(_name).argtypes = _u64, [_ptr, _u64, _int]
_op("compare_exchange").restype = ctypes.c_bool
_op("compare_exchange").argtypes = [_ptr, ctypes.POINTER(_u64), _u64, _int, _int]

_FUTEX, _MEMBARRIER = {"x86_64": (202, 324), "aarch64": (98, 283)}[os.uname().machine]
_LOCK_BASE = 1 << 62
_OFD_GETLK, _OFD_SETLK = 36, 37
_FLOCK = "hhqqi4x"  # struct flock: l_type, l_whence, l_start, l_len, l_pid
LOCK, RING = 1, 2
_SCRATCH = _u64(0)


class File:
    """A file of Naru, open: its id, who is alive, and its words."""

    def __init__(self, path, kind):
        self.fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        status = os.fstat(self.fd)
        self.map = mmap.mmap(self.fd, status.st_size)
        self.base = ctypes.addressof(ctypes.c_char.from_buffer(self.map))
        if (self.map[:8], *struct.unpack_from("<ii", self.map, 8)) != (b"NaruFile", 1, kind):
            raise ValueError(f"{path} is no such file of Naru")
        with open("/proc/sys/kernel/random/boot_id") as boot:
            boot = int(boot.read().replace("-", "")[:16], 16)
        if self.load(32) != boot or self.load(24) != status.st_ino:
            raise ValueError(f"{path} is of an earlier boot or a copy: open it once by `naru` or the library")
        self.id = 0
        while self.id == 0:
            id = _op("fetch_add")(self.base + 16, 1, _SEQ_CST) + 1
            self.map.flush(0, 4096)
            try:
                fcntl.fcntl(self.fd, _OFD_SETLK, struct.pack(_FLOCK, fcntl.F_WRLCK, 0, _LOCK_BASE + id, 1, 0))
                self.id = id
            except (BlockingIOError, PermissionError):
                pass  # a copy of a file whose ids went on: take the next
        for row in range(1024, 4096, 48):  # for people only
            seen = self.load(row)
            if (seen == 0 or not self.alive(seen)) and self.cas(row, seen, self.id):
                struct.pack_into("<i4x32s", self.map, row + 8, os.getpid(), os.path.basename(sys.argv[0]).encode()[:31])
                break

    def alive(self, id):
        ask = struct.pack(_FLOCK, fcntl.F_WRLCK, 0, _LOCK_BASE + id, 1, 0)
        return id == self.id or struct.unpack(_FLOCK, fcntl.fcntl(self.fd, _OFD_GETLK, ask))[0] != fcntl.F_UNLCK

    def load(self, at, order=_ACQUIRE):
        return _op("load")(self.base + at, order)

    def store(self, at, value, order=_RELAXED):
        _op("store")(self.base + at, value, order)

    def cas(self, at, expected, value):
        expected = ctypes.byref(_u64(expected))
        return _op("compare_exchange")(self.base + at, expected, value, _SEQ_CST, _SEQ_CST)

    def fence(self):
        _op("exchange")(ctypes.addressof(_SCRATCH), 1, _SEQ_CST)  # in the one order of all such operations

    def wait(self, at, seen, slice_ms):
        """FUTEX_WAIT on the low half. It ends after a slice: whoever was to wake may be dead."""
        slice = struct.pack("ll", 0, slice_ms * 1_000_000)  # struct timespec
        _libc.syscall(_FUTEX, _ptr(self.base + at), 0, ctypes.c_uint32(seen), slice, None, 0)

    def wake(self, at, most):
        _libc.syscall(_FUTEX, _ptr(self.base + at), 1, ctypes.c_int(most), None, None, 0)

    def take(self, at):
        """Takes a role word from nobody or from a dead one; false when somebody alive has it."""
        while True:
            owner = self.load(at)
            if owner != 0 and self.alive(owner):
                return False
            if self.cas(at, owner, self.id):
                return True

    def give(self, at):
        self.cas(at, self.id, 0)

    def close(self):
        os.close(self.fd)  # the sign of life goes with it; the mapping goes with the process


class Lock(File):
    def __init__(self, path):
        super().__init__(path, LOCK)

    def lock(self):
        """True when the last owner died, so that what it guards is to be repaired."""
        take = self.id << 2
        while True:
            seen = self.load(128)
            owner, died = seen >> 2, bool(seen & 2)
            if owner != 0:
                if self.alive(owner):
                    if not seen & 1 and not self.cas(128, seen, seen | 1):
                        continue
                    self.wait(128, seen | 1, 10)
                    take = self.id << 2 | 1  # others may sleep: only who has slept knows
                    continue
                died = True
            if self.cas(128, seen, take | (seen & 1)):  # from the very value that was tested
                return died

    def unlock(self, dirty=False):
        old = _op("exchange")(self.base + 128, 2 if dirty else 0, _RELEASE)
        if old & 1:
            self.wake(128, 1)


def _frame(length):
    return (length + 15) & -8


class Ring(File):
    def __init__(self, path):
        super().__init__(path, RING)
        self.lanes, self.lane_bytes = struct.unpack_from("<i4xq", self.map, 128)
        self.data = (4608 + 512 * self.lanes + 4095) & -4096

    def no_barrier(self, at):
        """It sleeps at once, so it promises no barrier. From the call on nobody relies on what the one before promised."""
        self.store(at, 0)
        _libc.syscall(_MEMBARRIER, 1 << 1, 0, 0)  # MEMBARRIER_CMD_GLOBAL_EXPEDITED; refused: one wake may be late

    def writer(self):  # takes a lane, and sends in it from now on
        for lane in range(self.lanes):
            if self.take(4608 + 512 * lane + 392):
                self.lane = 4608 + 512 * lane
                self.lane_data = self.data + lane * self.lane_bytes
                self.end, self.sent = self.load(self.lane), self.load(self.lane + 16)
                while word := self.load(self.word(self.end)):
                    self.end += _frame(word & 0xFFFFFFFF)
                    self.sent += word >> 32 == 1
                self.store_tail()
                self.no_barrier(self.lane + 400)
                self.wake_reader()  # the last one may have died before its wake
                return self
        raise RuntimeError("every lane has a producer")

    def word(self, position):
        """Where the word of the frame at that position is: 0 where nothing was sent yet, else mark << 32 | length."""
        return self.lane_data + (position & (self.lane_bytes - 1))

    def send(self, message):
        """Sends bytes, and sleeps until there is room."""
        if len(message) > self.lane_bytes // 8 - 8:
            raise ValueError("the message is too long")
        start, frame, word = self.end, _frame(len(message)), 1 << 32 | len(message)
        left = self.lane_bytes - (start & (self.lane_bytes - 1))
        at = start if frame <= left else start + left  # behind padding
        while at + frame + 8 - (head := self.load(self.lane + 128)) > self.lane_bytes:
            self.store(self.lane + 384, head + 1)
            self.fence()
            self.wait(self.lane + 128, head, 50)
        payload = self.word(at) + 8
        self.map[payload : payload + len(message)] = message
        self.store(self.word(at + frame), 0)  # nothing was sent from there on
        if at != start:
            self.store(self.word(at), word)  # it counts when the padding does
            word = 0xFFFFFFFF << 32 | left - 8
        self.store(self.word(start), word, _RELEASE)  # this sends it
        self.end, self.sent = at + frame, self.sent + 1
        if (start ^ self.end) & -min(4096, self.lane_bytes // 8):
            self.store_tail()
        self.wake_reader()

    def store_tail(self):
        self.store(self.lane + 16, self.sent)
        self.store(self.lane, self.end, _RELEASE)
        self.fence()  # before what is written over next: for those who look from outside

    def wake_reader(self):
        self.fence()
        if self.load(self.lane + 256) > self.load(self.lane + 8):
            _op("fetch_add")(self.base + 4096, 1, _SEQ_CST)
            self.wake(4096, 0x7FFFFFFF)
            self.store(self.lane + 8, self.end)  # after the wake

    def reader(self):
        if not self.take(4224):
            raise RuntimeError("it has a reader already")
        self.no_barrier(4232)
        for number in range(self.lanes):
            self.wake_writer(4608 + 512 * number)  # likewise
        return self

    def wake_writer(self, lane):
        self.fence()
        if self.load(lane + 384) > self.load(lane + 136):
            self.wake(lane + 128, 0x7FFFFFFF)
            self.store(lane + 136, self.load(lane + 128))

    def receive(self):
        """The next message; sleeps until there is one."""
        while True:
            bell = self.load(4096)  # before the look at the words
            for armed in (False, True):
                for number in range(self.lanes):
                    lane, data = 4608 + 512 * number, self.data + number * self.lane_bytes
                    at = self.load(lane + 128)
                    while word := self.load(start := data + (at & (self.lane_bytes - 1))):
                        mark, length = word >> 32, word & 0xFFFFFFFF
                        if mark == 1:  # not padding
                            message = bytes(self.map[start + 8 : start + 8 + length])
                            self.store(lane + 144, self.load(lane + 144) + 1)
                        at += _frame(length)
                        self.store(lane + 128, at, _RELEASE)
                        self.wake_writer(lane)
                        if mark == 1:
                            return message
                    if not armed:
                        self.store(lane + 256, at + 1)
                self.fence()  # then all words once more
            self.wait(4096, bell, 50)


BROADCAST = 3


class Broadcast(File):
    """The broadcast ring: ring.md, "Broadcast"."""

    def __init__(self, path):
        super().__init__(path, BROADCAST)
        self.rows, self.bytes = struct.unpack_from("<i4xq", self.map, 128)
        self.data = (4608 + 128 * self.rows + 4095) & -4096
        self.missed = self.received = 0

    def _sent(self, tail):
        """How many messages were sent up to that tail; None when they were overwritten meanwhile."""
        latest, sent = self.load(4112), 0
        if tail != 0 and latest >= tail:
            return None  # sent meanwhile
        at = latest
        while at < tail:  # the latest message, and one whose producer died before it noted that
            index = at & (self.bytes - 1)
            length, mark = struct.unpack_from("<ii", self.map, self.data + index)
            if not 0 <= length <= self.bytes or (mark == 0 and index + 16 > self.bytes):
                return None
            if mark == 0:
                sent = struct.unpack_from("<q", self.map, self.data + index + 8)[0] + 1
            at += (length + 23) & -8 if mark == 0 else length + 8
        self.fence()  # pairs with the producer's after its intent
        return sent if at == tail and self.load(4096) - latest <= self.bytes else None

    def _wake(self, tail):
        self.fence()
        if self.load(4224) > self.load(4120):
            self.wake(4104, 0x7FFFFFFF)
            self.store(4120, tail)  # after the wake

    def producer(self):
        former = self.load(4352)
        if not self.take(4352):
            raise RuntimeError("it has a producer already")
        # all afresh: the last one may have died in a claim, or between the tail and latest
        self.tail, self.intent = self.load(4104), self.load(4096)
        self.sequence = self._sent(self.tail)
        if former != 0:
            self.store(4128, self.load(4128) + 1)
        self._wake(self.tail)  # the last one may have died before its wake
        return self

    def send(self, message):
        """Never waits."""
        if len(message) > self.bytes // 8 - 16:
            raise ValueError("longer than an eighth of the ring less 16")
        frame, index = (len(message) + 23) & -8, self.tail & (self.bytes - 1)
        padding = self.bytes - index if index + frame > self.bytes else 0
        after = self.tail + padding + frame
        if after > self.intent:  # never lowered
            self.intent = after
            self.store(4096, after)
        self.fence()  # pairs with the readers' before they look at the intent
        if padding:
            struct.pack_into("<ii", self.map, self.data + index, padding - 8, -1)
            index = 0
        struct.pack_into("<iiq", self.map, self.data + index, len(message), 0, self.sequence)
        start = self.data + index + 16
        self.map[start : start + len(message)] = message
        self.store(4104, after, _RELEASE)
        self.store(4112, self.tail + padding, _RELEASE)
        self.tail = after
        self.sequence += 1
        self._wake(after)

    def listener(self):
        """Takes a row, and begins with what is sent from now on."""
        for row in range(4608, 4608 + 128 * self.rows, 128):
            if self.take(row):
                self.row, self.expected = row, None
                while self.expected is None:
                    self.position = self.load(4104)
                    self.expected = self._sent(self.position)
                self._note()
                return self
        raise RuntimeError("all rows have living readers")

    def _note(self):
        for at, value in (8, self.position), (16, self.received), (24, self.missed):
            self.store(self.row + at, value)

    def receive(self):
        """The next message; sleeps until there is one."""
        while True:
            tail, position = self.load(4104), self.position
            if tail == position:
                armed = self.load(4224)
                while armed < position + 1 and not self.cas(4224, armed, position + 1):
                    armed = self.load(4224)
                self.fence()
                self.wait(4104, position & 0xFFFFFFFF, 50)  # the kernel compares the tail
                continue
            index = position & (self.bytes - 1)
            length, mark = struct.unpack_from("<ii", self.map, self.data + index)
            most = min(self.bytes // 8 - 16, self.bytes - index - 16)
            sequence, message = 0, b""
            if mark == 0 and most >= 0:  # not to be believed yet: it only bounds the copy
                (sequence,) = struct.unpack_from("<q", self.map, self.data + index + 8)
                start = self.data + index + 16
                message = bytes(self.map[start : start + min(max(length, 0), most)])
            self.fence()  # pairs with the producer's after its intent
            intent = self.load(4096)
            if intent - position > self.bytes:  # overtaken: on to the latest if that still stands, else to the end
                latest, tail = self.load(4112), self.load(4104)
                stands = position < latest < tail and intent - latest <= self.bytes
                self.position = latest if stands else tail
                continue
            self.position += (length + 23) & -8 if mark == 0 else length + 8
            if mark == 0:
                self.missed += sequence - self.expected
                self.expected = sequence + 1
                self.received += 1
                self._note()
                return message
