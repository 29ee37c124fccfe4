package dev.naru.linux.internal;

/**
 * The kernel's and the C library's constants, each under the header that declares it. The values are the same on x86-64
 * and aarch64 (both use asm-generic for them), but for {@link #EPOLL_EVENT_PACKED}, {@link #O_DIRECTORY},
 * {@link #O_NOFOLLOW}, {@link #SYS_FUTEX} and {@link #SYS_MEMBARRIER}.
 */
public final class Constants {
    // <fcntl.h>, asm-generic/fcntl.h
    public static final int O_RDONLY = 0;
    public static final int O_WRONLY = 1;
    public static final int O_RDWR = 2;
    public static final int O_ACCMODE = 3;
    public static final int O_CREAT = 0x40;
    public static final int O_NOCTTY = 0x100;
    public static final int O_TRUNC = 0x200;
    public static final int O_NONBLOCK = 0x800;
    public static final int O_NOFOLLOW = Native.isArm() ? 0x8000 : 0x20000; // differs: asm/fcntl.h of arm64
    public static final int O_CLOEXEC = 0x80000;
    public static final int O_PATH = 0x200000;
    public static final int F_GETFL = 3;
    public static final int F_SETFL = 4;
    public static final int F_DUPFD_CLOEXEC = 1030;
    public static final int F_SETPIPE_SZ = 1031;
    public static final int F_GETPIPE_SZ = 1032;
    public static final int AT_FDCWD = -100;
    public static final int AT_SYMLINK_NOFOLLOW = 0x100;
    public static final int AT_EMPTY_PATH = 0x1000;
    public static final int SPLICE_F_MOVE = 1;
    public static final int SPLICE_F_NONBLOCK = 2;

    // <sys/ioctl.h>, asm-generic/ioctls.h
    public static final int FIONREAD = 0x541B;
    public static final int TCGETS = 0x5401;
    public static final long TIOCGDEV = 0x80045432L;
    public static final int SIZEOF_TERMIOS = 64; // 36 in asm-generic/termbits.h

    // <sys/socket.h>, linux/socket.h
    public static final int MSG_PEEK = 2;
    public static final int MSG_CTRUNC = 8;
    public static final int MSG_TRUNC = 0x20;
    public static final int MSG_DONTWAIT = 0x40;
    public static final int MSG_NOSIGNAL = 0x4000;
    public static final int MSG_CMSG_CLOEXEC = 0x40000000;
    public static final int AF_UNSPEC = 0;
    public static final int AF_UNIX = 1;
    public static final int AF_INET = 2;
    public static final int AF_INET6 = 10;
    public static final int SOCK_STREAM = 1;
    public static final int SOCK_DGRAM = 2;
    public static final int SOCK_SEQPACKET = 5;
    public static final int SOCK_NONBLOCK = O_NONBLOCK;
    public static final int SOCK_CLOEXEC = O_CLOEXEC;
    public static final int SOL_SOCKET = 1;
    public static final int SO_REUSEADDR = 2;
    public static final int SO_TYPE = 3;
    public static final int SO_ERROR = 4;
    public static final int SO_SNDBUF = 7;
    public static final int SO_RCVBUF = 8;
    public static final int SO_KEEPALIVE = 9;
    public static final int SO_REUSEPORT = 15;
    public static final int SO_PASSCRED = 16;
    public static final int SO_PEERCRED = 17;
    public static final int SO_ACCEPTCONN = 30;
    public static final int SCM_RIGHTS = 1;
    public static final int SCM_CREDENTIALS = 2;
    public static final int SHUT_RD = 0;
    public static final int SHUT_WR = 1;

    // <sys/file.h>
    public static final int LOCK_EX = 2;
    public static final int LOCK_NB = 4;

    // <netinet/in.h>, <netinet/tcp.h>
    public static final int IPPROTO_TCP = 6;
    public static final int IPPROTO_IPV6 = 41;
    public static final int TCP_NODELAY = 1;
    public static final int IPV6_V6ONLY = 26;

    // <sys/stat.h>, linux/stat.h
    public static final int S_IFMT = 0xF000;
    public static final int STATX_BASIC_STATS = 0x7ff;

    // <poll.h>, asm-generic/poll.h
    public static final short POLLIN = 1;
    public static final short POLLOUT = 4;

    // <sys/epoll.h>, linux/eventpoll.h
    public static final int EPOLL_CLOEXEC = O_CLOEXEC;
    public static final int EPOLL_CTL_ADD = 1;
    public static final int EPOLL_CTL_DEL = 2;
    public static final int EPOLLIN = 1;
    public static final int EPOLLOUT = 4;

    /** {@code struct epoll_event} is packed on x86-64 only (EPOLL_PACKED in linux/eventpoll.h). */
    public static final boolean EPOLL_EVENT_PACKED = !Native.isArm();

    // <sys/eventfd.h>, linux/eventfd.h
    public static final int EFD_CLOEXEC = O_CLOEXEC;
    public static final int EFD_NONBLOCK = O_NONBLOCK;

    // <sys/wait.h>, linux/wait.h
    public static final int WEXITED = 4;
    public static final int P_PID = 1;
    public static final int P_PIDFD = 3;
    public static final int CLD_EXITED = 1; // <signal.h>, asm-generic/siginfo.h

    // <sys/mman.h>, asm-generic/mman-common.h and mman.h
    public static final int PROT_READ = 1;
    public static final int PROT_WRITE = 2;
    public static final int MAP_PRIVATE = 2;
    public static final int MAP_ANONYMOUS = 0x20;
    public static final int MAP_POPULATE = 0x8000;

    // <sys/syscall.h>, asm-generic/unistd.h; for C libraries older than the call's wrapper
    public static final long SYS_PIDFD_SEND_SIGNAL = 424;
    public static final long SYS_PIDFD_OPEN = 434;

    // <spawn.h>
    public static final short POSIX_SPAWN_SETSIGDEF = 0x04;
    public static final short POSIX_SPAWN_SETSIGMASK = 0x08;

    // <sys/resource.h>, asm-generic/resource.h
    public static final int RLIMIT_NOFILE = 7;
    public static final int RLIMIT_MEMLOCK = 8;
    public static final int RLIMIT_MSGQUEUE = 12;

    // <errno.h>, asm-generic/errno-base.h and errno.h: those that the hot path compares with; all names are in Errno
    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int EINTR = 4;
    public static final int ENXIO = 6;
    public static final int EBADF = 9;
    public static final int EAGAIN = 11;
    public static final int EACCES = 13;
    public static final int EFAULT = 14;
    public static final int EBUSY = 16;
    public static final int EEXIST = 17;
    public static final int ENOTDIR = 20;
    public static final int EINVAL = 22;
    public static final int EMFILE = 24;
    public static final int EPIPE = 32;

    // Shared memory and its locks.
    // <fcntl.h>, asm-generic/fcntl.h; aarch64 has an O_DIRECTORY of its own (arch/arm64/include/uapi/asm/fcntl.h)
    public static final int O_EXCL = 0x80;
    public static final int O_DIRECTORY = Native.isArm() ? 0x4000 : 0x10000;
    public static final int O_TMPFILE = 0x400000 | O_DIRECTORY;
    public static final int AT_SYMLINK_FOLLOW = 0x400;
    public static final int F_OFD_GETLK = 36;
    public static final int F_OFD_SETLK = 37;
    public static final short F_WRLCK = 1;
    public static final short F_UNLCK = 2;
    public static final int F_ADD_SEALS = 1033;
    public static final int F_GET_SEALS = 1034;
    public static final int F_SEAL_SEAL = 1;
    public static final int F_SEAL_SHRINK = 2;
    public static final int F_SEAL_GROW = 4;
    public static final int F_SEAL_WRITE = 8;
    public static final int F_SEAL_FUTURE_WRITE = 16;

    // <sys/mman.h>, asm-generic/mman-common.h, linux/memfd.h
    public static final int MAP_SHARED = 1;
    public static final int MS_SYNC = 4;
    public static final int MADV_HUGEPAGE = 14;
    public static final int MADV_POPULATE_READ = 22;
    public static final int MADV_POPULATE_WRITE = 23;
    public static final int MFD_CLOEXEC = 1;
    public static final int MFD_ALLOW_SEALING = 2;
    public static final int MFD_HUGETLB = 4;

    // <linux/futex.h>
    public static final long SYS_FUTEX = Native.isArm() ? 98 : 202;
    public static final long SYS_FUTEX_WAITV = 449;
    public static final int FUTEX_WAIT = 0;
    public static final int FUTEX_WAKE = 1;
    public static final int FUTEX_CMP_REQUEUE = 4;
    public static final int FUTEX_PRIVATE_FLAG = 128;
    public static final int FUTEX2_SIZE_U32 = 2;
    public static final int FUTEX2_PRIVATE = FUTEX_PRIVATE_FLAG;
    public static final int CLOCK_MONOTONIC = 1; // <time.h>

    // <linux/membarrier.h>
    public static final long SYS_MEMBARRIER = Native.isArm() ? 283 : 324;
    public static final int MEMBARRIER_CMD_QUERY = 0;
    public static final int MEMBARRIER_CMD_GLOBAL = 1 << 0;
    public static final int MEMBARRIER_CMD_PRIVATE_EXPEDITED = 1 << 3;
    public static final int MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED = 1 << 4;

    // <sys/ipc.h>, <sys/shm.h>
    public static final int IPC_PRIVATE = 0;
    public static final int IPC_CREAT = 0x200;
    public static final int IPC_EXCL = 0x400;
    public static final int IPC_RMID = 0;
    public static final int IPC_STAT = 2;
    public static final int SHM_HUGETLB = 0x800;
    public static final int SHM_RDONLY = 0x1000;
    public static final int IPC_SET = 1;
    public static final int IPC_NOWAIT = 0x800;

    // <sys/msg.h>, <sys/sem.h>
    public static final int MSG_NOERROR = 0x1000;
    public static final int MSG_EXCEPT = 0x2000;
    public static final int MSG_COPY = 0x4000;
    public static final int SEM_UNDO = 0x1000;
    public static final int GETPID = 11;
    public static final int GETVAL = 12;
    public static final int GETALL = 13;
    public static final int GETNCNT = 14;
    public static final int GETZCNT = 15;
    public static final int SETVAL = 16;
    public static final int SETALL = 17;

    // <signal.h>
    public static final int SIGEV_THREAD_ID = 4;

    /** No errno is higher. */
    public static final int MOST_ERRNO = 4095;

    public static final int ENOMEM = 12;
    public static final int EISDIR = 21;
    public static final int ENOSPC = 28;
    public static final int ENOSYS = 38;
    public static final int E2BIG = 7;
    public static final int EFBIG = 27;
    public static final int ERANGE = 34;
    public static final int ENOMSG = 42;
    public static final int EOVERFLOW = 75;
    public static final int EMSGSIZE = 90;
    public static final int ETIMEDOUT = 110;
    public static final int EIDRM = 43;
    public static final int EOPNOTSUPP = 95;

    // Sockets that are listed.
    // <sys/socket.h>, <linux/netlink.h>, <linux/sock_diag.h>
    public static final int AF_NETLINK = 16;
    public static final int SOCK_RAW = 3;
    public static final int NETLINK_SOCK_DIAG = 4;
    public static final int SOCK_DIAG_BY_FAMILY = 20;
    public static final short NLM_F_REQUEST = 1;
    public static final short NLM_F_DUMP = 0x300;
    public static final int NLMSG_ERROR = 2;
    public static final int NLMSG_DONE = 3;

    // <linux/unix_diag.h>
    public static final int UDIAG_SHOW_NAME = 1;
    public static final int UDIAG_SHOW_PEER = 4;
    public static final int UDIAG_SHOW_ICONS = 8;
    public static final int UDIAG_SHOW_RQLEN = 0x10;
    public static final int UDIAG_SHOW_UID = 0x40;
    public static final int UNIX_DIAG_NAME = 0;
    public static final int UNIX_DIAG_PEER = 2;
    public static final int UNIX_DIAG_ICONS = 3;
    public static final int UNIX_DIAG_RQLEN = 4;
    public static final int UNIX_DIAG_UID = 7;

    private Constants() {}
}
