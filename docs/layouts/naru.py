"""The header page and the lock (lock.md) of Naru from Python 3; naru_ring.py and naru_broadcast.py are the rings,
naru_log.py topics, naru_group.py groups. Linux, little-endian.
Atomic operations come from libatomic (Debian: libatomic1) and futex(2) from the C library, by ctypes. One thread uses an object.
Damaged, a ValueError, says that something stands in the file that no member stores. Whatever that is, nothing outside of the
file is touched, and nothing goes on for ever; only a file that is cut off while it is open is a SIGBUS.
"""
import ctypes, fcntl, mmap, os, struct, sys

_atomic = ctypes.CDLL("libatomic.so.1")
_libc = ctypes.CDLL(None, use_errno=True)
RELAXED, ACQUIRE, RELEASE, SEQ_CST = 0, 2, 3, 5
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
LOCK, RING, BROADCAST, STORE = 1, 2, 3, 4


class Damaged(ValueError):
    """Something stands in a file that no member stores."""


def sound(number):
    """Whether a position, an id or a sequence number can be that large. Words are loaded unsigned: no negative one can."""
    return number < _LOCK_BASE


def mapped(fd, size):
    """That many bytes, and their address. mmap keeps a descriptor: one of another description, or a closed file seemed alive."""
    own = os.open(f"/proc/self/fd/{fd}", os.O_RDWR | os.O_CLOEXEC)
    try:
        view = mmap.mmap(own, size)
    finally:
        os.close(own)
    return view, ctypes.addressof(ctypes.c_char.from_buffer(view))


class Words:
    """The words of a mapped file, from the address base on."""

    def load(self, at, order=ACQUIRE):
        return _op("load")(self.base + at, order)

    def store(self, at, value, order=RELAXED):
        _op("store")(self.base + at, value, order)

    def add(self, at):
        return _op("fetch_add")(self.base + at, 1, SEQ_CST)

    def count(self, at):  # what only its owner stores
        self.store(at, self.load(at) + 1)

    def cas(self, at, expected, value):
        expected = ctypes.byref(_u64(expected))
        return _op("compare_exchange")(self.base + at, expected, value, SEQ_CST, SEQ_CST)

    def fence(self):
        _atomic.atomic_thread_fence(SEQ_CST)

    def barrier_everywhere(self):
        _libc.syscall(_MEMBARRIER, 1, 0, 0)  # MEMBARRIER_CMD_GLOBAL; refused: one wake may be late

    def wait(self, at, seen, slice_ms):
        """FUTEX_WAIT on the low half. It ends after a slice: whoever was to wake may be dead."""
        slice = struct.pack("ll", 0, slice_ms * 1_000_000)  # struct timespec
        _libc.syscall(_FUTEX, _ptr(self.base + at), 0, ctypes.c_uint32(seen), slice, None, 0)

    def wake(self, at, most):
        _libc.syscall(_FUTEX, _ptr(self.base + at), 1, ctypes.c_int(most), None, None, 0)


class File(Words):
    """A file of Naru, open: its id, who is alive, and its words."""

    def __init__(self, path, kind):
        self.path, self.id = path, 0
        self.fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        try:
            self._check(kind)
            self._join()
        except BaseException:
            os.close(self.fd)
            raise

    def _check(self, kind):
        status = os.fstat(self.fd)
        self.size = status.st_size
        if self.size < 4096:
            raise ValueError(f"{self.path} is no such file of Naru")
        self.map, self.base = mapped(self.fd, self.size)
        if (self.map[:8], *struct.unpack_from("<ii", self.map, 8)) != (b"NaruFile", 1, kind):
            raise ValueError(f"{self.path} is no such file of Naru")
        if struct.unpack_from("<q", self.map, 40)[0] > self.size:
            raise Damaged(f"{self.path} is cut off")
        self.measure()
        with open("/proc/sys/kernel/random/boot_id") as boot:
            boot = int(boot.read().replace("-", "")[:16], 16)
        if self.load(32) != boot or self.load(24) != status.st_ino:
            raise ValueError(f"{self.path} is of an earlier boot or a copy: open it once by `naru` or the library")

    def _join(self):
        while self.id == 0:
            id = self.add(16) + 1
            if not sound(id):
                raise Damaged(f"{self.path} has given out {id} ids")
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

    def measure(self):
        """Looks at the fields of the kind, once."""

    def measure_ring(self, lane_words, one_for_all):
        """Lanes (rows), their bytes, and where those begin; Damaged when there can be none such, or not in this file."""
        lanes, size = struct.unpack_from("<i4xq", self.map, 128)
        data = (4608 + lane_words * lanes + 4095) & -4096
        if not (1 <= lanes <= 1024 and 4096 <= size <= 1 << 30 and size & (size - 1) == 0):
            raise Damaged(f"{self.path} says {lanes} times {size} bytes")
        if data + (size if one_for_all else lanes * size) > self.size:
            raise Damaged(f"{self.path} has {self.size} bytes, too few for {lanes} times {size}")
        return lanes, size, data

    def alive(self, id):
        if id == 0 or not sound(id):
            return False  # nobody's
        ask = struct.pack(_FLOCK, fcntl.F_WRLCK, 0, _LOCK_BASE + id, 1, 0)
        return id == self.id or struct.unpack(_FLOCK, fcntl.fcntl(self.fd, _OFD_GETLK, ask))[0] != fcntl.F_UNLCK

    def take(self, at):
        """Takes a role word: answers the dead id that had it, or 0; None when somebody alive has it."""
        while True:
            owner = self.load(at)
            if self.alive(owner):
                return None
            if self.cas(at, owner, self.id):
                return owner if sound(owner) else 0

    def give(self, at):
        self.cas(at, self.id, 0)

    def lock_word(self, words, at):
        """Locks a word of any file, this one or another; true when the last owner died."""
        take = self.id << 2
        while True:
            seen = words.load(at)
            owner, died = seen >> 2, bool(seen & 2)
            if owner == self.id:
                raise RuntimeError(f"{self.path}: this object has it already")
            if owner != 0:
                if self.alive(owner):
                    if not seen & 1 and not words.cas(at, seen, seen | 1):
                        continue
                    words.wait(at, seen | 1, 10)
                    take = self.id << 2 | 1  # others may sleep: only who has slept knows
                    continue
                died = True
            if words.cas(at, seen, take | (seen & 1)):  # from the very value that was tested
                return died

    def unlock_word(self, words, at, dirty=False):
        old = _op("exchange")(words.base + at, 2 if dirty else 0, RELEASE)
        if old & 1:
            words.wake(at, 1)

    def close(self):
        os.close(self.fd)  # the sign of life goes with it; the mapping goes with the process


class Lock(File):
    def __init__(self, path):
        super().__init__(path, LOCK)

    def lock(self):  # true when the last owner died, so that what it guards is to be repaired
        return self.lock_word(self, 128)

    def unlock(self, dirty=False):
        self.unlock_word(self, 128, dirty)
