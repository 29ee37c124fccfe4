# The far side of shared memory: see MemoryPeer.java for its commands. One line in, one line out.
import ctypes, errno, fcntl, mmap, os, platform, struct, sys

libc = ctypes.CDLL(None, use_errno=True)
FUTEX = 202 if platform.machine() == "x86_64" else 98
WAIT, WAKE = 0, 1
OFD_GETLK, OFD_SETLK = 36, 37
WRLCK, UNLCK = 1, 2
FLOCK = "hhqqixxxx"

fd = -1
memory = None


def futex(offset, operation, value, millis=None):
    word = ctypes.c_uint32.from_buffer(memory, offset)
    time = None
    if millis is not None:
        time = ctypes.byref((ctypes.c_int64 * 2)(millis // 1000, millis % 1000 * 1000000))
    return libc.syscall(FUTEX, ctypes.byref(word), operation, ctypes.c_uint32(value & 0xFFFFFFFF), time, None, 0)


def wait(offset, expected, millis=None):
    if futex(offset, WAIT, expected, millis) == 0:
        return "woken"
    return errno.errorcode[ctypes.get_errno()]


def flock(command, kind, offset):
    found = fcntl.fcntl(fd, command, struct.pack(FLOCK, kind, 0, offset, 1, 0))
    return struct.unpack(FLOCK, found)[0]


def ping(mine, other, rounds):
    """Answers each change of one word by the same value in another, asleep in between."""
    for n in range(1, rounds + 1):
        while load(mine) != n:
            wait(mine, n - 1)
        store(other, n)
        futex(other, WAKE, 1)
    return "ponged %d" % rounds


def load(offset):
    return ctypes.c_int32.from_buffer(memory, offset).value


def store(offset, value):
    ctypes.c_int32.from_buffer(memory, offset).value = value


def do(command, a):
    global fd, memory
    if command == "open":
        fd = os.open(a[0], os.O_RDWR)
    elif command == "map":
        memory = mmap.mmap(fd, int(a[0]) if a else os.fstat(fd).st_size)
    elif command == "shm-create":  # as a C program does: shm_open, ftruncate
        fd = os.open("/dev/shm" + a[0], os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        os.ftruncate(fd, int(a[1]))
    elif command == "close":
        os.close(fd)
    elif command == "truncate":
        os.ftruncate(fd, int(a[0]))
    elif command == "size":
        return "size %d" % os.fstat(fd).st_size
    elif command == "load":
        return str(load(int(a[0])))
    elif command == "store":
        store(int(a[0]), int(a[1]))
    elif command == "load8":
        return str(ctypes.c_int64.from_buffer(memory, int(a[0])).value)
    elif command == "store8":
        ctypes.c_int64.from_buffer(memory, int(a[0])).value = int(a[1])
    elif command == "read":
        return memory[int(a[0]) : int(a[0]) + int(a[1])].hex()
    elif command == "write":
        data = bytes.fromhex(a[1])
        memory[int(a[0]) : int(a[0]) + len(data)] = data
    elif command == "fill":
        memory[int(a[0]) : int(a[0]) + int(a[1])] = bytes([int(a[2])]) * int(a[1])
    elif command == "wait":
        return wait(int(a[0]), int(a[1]), int(a[2]) if len(a) > 2 else None)
    elif command == "wake":
        return "woke %d" % futex(int(a[0]), WAKE, int(a[1]))
    elif command == "ping":
        return ping(int(a[0]), int(a[1]), int(a[2]))
    elif command == "lock":
        flock(OFD_SETLK, WRLCK, int(a[0]))
    elif command == "unlock":
        flock(OFD_SETLK, UNLCK, int(a[0]))
    elif command == "is-locked":
        return "free" if flock(OFD_GETLK, WRLCK, int(a[0])) == UNLCK else "locked"
    elif command == "fork":  # a child that holds what this one has open, until it is killed
        child = os.fork()
        if child == 0:
            os.close(0)
            os.close(1)
            while True:
                libc.pause()
        return "child %d" % child
    else:
        return "what? " + command
    return "ok"


for line in sys.stdin:
    command, *arguments = line.split()
    try:
        print(do(command, arguments), flush=True)
    except OSError as refused:
        print("error " + errno.errorcode[refused.errno], flush=True)
