package dev.naru.linux;

/**
 * Everything that Naru refuses or reports, declared once: the code, the exit status of the {@code naru} command, what
 * happened and what helps. Exceptions, the command's messages, {@code naru explain} and {@code docs/errors.md} all come
 * from this table; it stands in the lowest room so that every room can use it.
 *
 * <p>In texts and remedies, {@code {limit}} and {@code {value}} stand for the bound and the value that broke it.
 */
public enum Problem {
    /** The caller may not do this. */
    DENIED(
            77,
            "permission denied",
            "look at owner and mode with 'ls -ld PATH'; run as the owner, or have the mode widened"),
    /** A signal was to go to a process of another user. */
    NOT_YOUR_PROCESS(
            77,
            "this user may not signal that process",
            "send it as the owner of the process, which 'ps -o user= -p PID' shows, or as root"),
    /** No process has that pid. */
    NO_PROCESS(
            65,
            "there is no such process",
            "it may have ended; 'ps -p PID' shows what has that pid now, in this pid namespace"),
    /** The path is not there. */
    NOT_FOUND(
            65,
            "there is no such file or directory",
            "check the spelling; a path that does not begin with / is looked up from the working directory"),
    /** A FIFO is not there. */
    NO_FIFO(
            65,
            "there is no such FIFO",
            "check the spelling: 'naru ls DIR' lists what there is, and 'naru fifo create PATH' makes one"),
    /** A directory on the way is missing. */
    NO_DIRECTORY(65, "its directory does not exist", "check the spelling, or make it first: mkdir -p, then try again"),
    /** A name on the way to a file, or where a program is to start, is something else than a directory. */
    NOT_A_DIRECTORY(
            65,
            "it, or a name on its way, should be a directory and is none",
            "check the path: 'namei -l PATH' shows what each is"),
    /** A program was to start in a directory that is missing. */
    NO_WORKING_DIRECTORY(
            65,
            "there is no such directory to start in",
            "check the spelling, or make it first: mkdir -p, then try again"),
    /** The directory is there, and no file can be made in it: of a file system such as /proc, or removed meanwhile. */
    NO_PLACE(
            65,
            "nothing can be made in its directory",
            "choose a directory of another file system, such as /run or /tmp"),
    /** A file was asked for, and a directory is there. */
    IS_A_DIRECTORY(65, "it is a directory, and no file", "name a file or a pipe, as in 'naru … <file'"),
    /** Create found something of that name. */
    EXISTS(
            65,
            "it exists already",
            "choose another name, or take what is there: create --exist-ok; or remove it if nobody needs it: rm of"
                    + " 'naru fifo', 'naru shm' or 'naru ring', delete of 'naru topic'"),
    /** The path is something else than a FIFO. */
    NOT_A_FIFO(65, "it exists, but is not a FIFO", "choose another path; 'ls -ld PATH' shows what stands there"),
    /** A regular file was asked for. */
    NOT_A_FILE(65, "it is no regular file", "choose a file; 'ls -ld PATH' shows what stands there"),
    /** A path component is too long. */
    NAME_TOO_LONG(65, "the name is too long", "a name may have 255 bytes, a path 4095"),
    /** The file system is mounted read-only. */
    READ_ONLY(77, "the file system is read-only", "choose a directory on a writable file system, such as /run or /tmp"),
    /** The file system cannot hold another entry. */
    NO_SPACE(69, "no space or no inode is left", "free some: 'df -h' and 'df -i' show where"),
    /** The process has as many descriptors as it may. */
    TOO_MANY_DESCRIPTORS(
            69,
            "this process has all the descriptors it may have ({limit})",
            "close what is not needed, or raise 'ulimit -n' (LimitNOFILE= in systemd)"),
    /** A child was to get a descriptor at a number that is too high. */
    DESCRIPTOR_TOO_HIGH(
            69,
            "a child cannot get {value}, since what it gets is first copied above that ({limit})",
            "choose a lower number, or raise 'ulimit -n' (LimitNOFILE= in systemd)"),
    /** The machine has as many open files as it may. */
    TOO_MANY_FILES(
            69,
            "the machine has all the open files it may have ({limit})",
            "raise it: sysctl fs.file-max; for pipes also fs.pipe-user-pages-hard, or make them smaller"),
    /** The user's threads wait for as many descriptors as they may. */
    TOO_MANY_WATCHES(
            69,
            "this user waits for all the descriptors it may ({limit})",
            "raise it: sysctl fs.epoll.max_user_watches"),
    /** The kernel has no memory for it. */
    OUT_OF_MEMORY(69, "the kernel has no memory for it", "free memory, or raise the limit of the control group"),
    /** The descriptor number is not open. */
    BAD_DESCRIPTOR(65, "that descriptor is not open", "open it where the process is started, as in 'naru … 3<file'"),
    /** The descriptor is open, but for the other direction. */
    WRONG_DIRECTION(
            65,
            "the descriptor is not open for that direction",
            "open it for reading ('3<file') or writing ('3>file') as the command needs"),
    /** A write found no reader. */
    READER_GONE(
            69,
            "every reader has gone",
            "bytes that were written but not read are lost with them; start the reader again and send them anew"),
    /** A FIFO was to be opened for writing at once, and nobody reads. */
    NO_READER(
            69,
            "nobody has it open for reading",
            "start the reader first, or wait for one: 'naru fifo write' without --no-wait"),
    /** F_SETPIPE_SZ was refused. */
    PIPE_CAPACITY(
            69,
            "a pipe may not get {value} ({limit})",
            "ask for less, raise sysctl fs.pipe-max-size, or fs.pipe-user-pages-soft if many pipes are large"),
    /** F_SETPIPE_SZ would cut off bytes that wait. */
    PIPE_IN_USE(69, "the pipe holds more bytes than {value}", "let the reader empty it, then shrink it"),
    /** No program of that name. */
    NO_COMMAND(65, "there is no such program", "check the spelling and PATH"),
    /** The program is there, but not what the kernel runs it by. */
    NO_INTERPRETER(
            65,
            "its interpreter is missing",
            "install what its first line names after '#!', or, for a binary, the loader that 'file PROGRAM' names"),
    /** The program cannot be run. */
    CANNOT_RUN(
            77,
            "that file cannot be run",
            "it needs the execute bit, and an interpreter or format that this machine knows"),
    /** Too many threads wait in calls that have no descriptor. */
    TOO_MANY_WAITERS(
            69,
            "too many calls of this process wait in the kernel ({limit})",
            "each takes a thread of the machine: use the forms that do not wait, such as tryReceive or tryOpenReader"),
    /** The machine gives this process no further thread. */
    NO_THREAD(
            69,
            "no further thread can be had",
            "end what is not needed, or raise 'ulimit -u' (TasksMax= in systemd, pids.max of a control group)"),
    /** splice(2) and tee(2) do not take such a file. */
    NOT_MOVABLE(
            69,
            "bytes move inside the kernel only between pipes and files",
            "read and write instead; a file may not be open for appending, and a pipe not be both sides"),
    /** The kernel lacks the call, or the file does not support it. */
    UNSUPPORTED(
            69,
            "this kernel or file does not support it",
            "Naru needs Linux 5.10 or newer; 'naru doctor' says what this one lacks"),
    /** Reading or writing failed in a call of the JDK, which does not tell the errno. */
    IO_FAILED(
            69, "reading or writing failed", "the message tells why; 'df -h' and 'naru doctor' show disks and limits"),
    /** Any other refusal of the kernel. */
    KERNEL(69, "the kernel refused", "the errno tells why: 'naru explain' with its name"),
    /** Downcalls are forbidden in this JVM. */
    NATIVE_ACCESS(
            70,
            "this JVM forbids native access",
            "start it with --enable-native-access=ALL-UNNAMED, or =dev.naru.linux on the module path"),
    /** The command line is wrong. */
    USAGE(64, "the command line is not understood", "'naru help COMMAND' shows how it is used"),
    /** A command that only a checkout has was asked of an installed command. */
    NO_CHECKOUT(
            64,
            "only a checkout of Naru can do this",
            "get one with git, and run './naru' there: it builds and tests what is in it"),
    /** The tour knows no such mechanism. */
    NO_MECHANISM(
            64,
            "there is no such mechanism",
            "the tour knows pipe, fifo, sysv, mq, unix, tcp, shm, sem, ring-busy, ring-parked, topic, group and rpc"),
    /** An address of no known kind or form. */
    BAD_ADDRESS(
            64,
            "that is no address",
            "use pipe:, fd:3, -, fifo:run/orders, shm:/quote, ring:/orders, lock:/state, rwlock:/table, event:/ready, barrier:/step, unix:run/app.sock, tcp:127.0.0.1:7000, or topic:orders"),
    /** A code that is in neither table. */
    UNKNOWN_CODE(65, "there is no such code", "'naru explain' without a code lists them all"),
    /** Standard output did not take all. */
    OUTPUT_LOST(69, "not all could be written", "the reason stands in brackets; 'df -h' and 'df -i' show full disks"),
    /** Who read standard output has seen enough, such as head(1). */
    OUTPUT_CLOSED(141, "the reader of standard output has gone", "nothing: naru ends in silence then, as cat does"),
    /** A deadline passed. */
    TIMED_OUT(
            75,
            "the time ran out",
            "the peer is slow, stopped or absent: look with 'naru ls', or give a longer --timeout"),
    /** The far side got other bytes than were sent, or not all. */
    NOT_VERIFIED(
            65,
            "what arrived is not what was sent",
            "run it again; if it stays so, send us the output of 'naru doctor'"),
    /** A process that we started ended before its work was done. */
    PEER_DIED(
            69,
            "the process on the far side ended early",
            "what it said, if anything, stands in the message; run it again"),
    /** A process that we started was stopped by a signal and did not go on. */
    PEER_STOPPED(
            75,
            "the process on the far side stays stopped",
            "see who stops it, such as kill -STOP, Ctrl-Z or a batch system, then run it again"),
    /** Something that Naru needs is not as it should be on this machine. */
    NOT_READY(69, "this machine lacks something that Naru needs", "each line marked 'fail' says what helps"),
    /** Interrupted by the user. */
    INTERRUPTED(130, "interrupted", "nothing: it was asked for"),
    /** A file system cannot hold so many bytes. */
    FILE_SYSTEM_FULL(
            69,
            "there is no room for {value} ({limit})",
            "free some, or give it more: a tmpfs such as /dev/shm grows by 'mount -o remount,size=SIZE DIR'"),
    /** A file ends before what is to be mapped of it. */
    FILE_TOO_SHORT(
            65,
            "it has {limit}, and {value} were to be mapped",
            "open it with the size that it has, or remove it and create it anew"),
    /** Not the name of a POSIX object. */
    BAD_NAME(64, "that is no name for a shared object", "write a slash and a name of at most 255 bytes, as /quote"),
    /** A name that Naru keeps for its own objects. */
    RESERVED_NAME(
            64,
            "names that begin with naru- are kept for rings and locks",
            "choose another; a ring is opened as ring:/NAME, a lock as lock:/NAME"),
    /** Shared memory is not there. */
    NO_SHARED_MEMORY(
            65,
            "there is no such shared memory",
            "check the spelling, 'naru ls' lists what there is; or make it: 'naru shm create PLACE --size SIZE'"),
    /** A ring is not there. */
    NO_RING(
            65,
            "there is no such ring",
            "check the spelling: 'naru ls' lists what there is, and 'naru ring create RING' makes one"),
    /** A lock is not there. */
    NO_LOCK(
            65,
            "there is no such lock",
            "check the spelling: 'naru lock ls' lists what there is; 'naru lock LOCK -- COMMAND' makes one"),
    /** A read-write lock, an event or a barrier is not there. */
    NO_SHARED_OBJECT(
            65,
            "there is none of that name",
            "check the spelling: 'naru ls' lists what there is; programs make one by the library"),
    /** As many have a place in a table of a shared file as it has rows. */
    PLACES_TAKEN(
            69,
            "all its places are taken ({limit})",
            "end some who have one: 'naru ls' shows them; a barrier is made for a number of parties, a read-write lock has so many readers at once"),
    /** More was to be stored than there is room for. */
    MEMORY_TOO_SMALL(
            65,
            "the memory has {limit}, and {value} were to be stored",
            "store less, or make it anew and larger: 'naru shm create PLACE --size SIZE'"),
    /** Shared memory has another layout than this process was built with, or none. */
    OTHER_LAYOUT(
            65,
            "it has {value}, and this process wants {limit}",
            "run the same version on both sides; or remove it and create it anew, when nobody uses it"),
    /** Too many virtual threads wait for words on a kernel that lets a thread wait for one only. */
    TOO_MANY_SLEEPERS(
            69,
            "virtual threads wait for too many words at once ({limit})",
            "let fewer wait, or run on Linux 5.16 or newer, where one thread waits for 127 words"),
    /** A file of memory takes no more seals. */
    SEALED(65, "it is sealed against that", "make a new one: seals stay for ever"),
    /** It cannot be sealed against writing yet. */
    MAPPED_WRITABLE(69, "somebody maps it to write", "close the writable mappings first, or seal it with FUTURE_WRITE"),
    /** Only memory files have seals. */
    NOT_SEALABLE(65, "it cannot have seals", "only a memfd has them: SharedMemory.anonymous"),
    /** The machine has set aside too few huge pages. */
    NO_HUGE_PAGES(
            69,
            "there are no huge pages for {value} ({limit})",
            "set some aside, each of 2 MiB as a rule: sysctl vm.nr_hugepages=N; or do without"),
    /** A System V segment of that size may not be. */
    SEGMENT_SIZE(
            69,
            "a segment may not have {value} ({limit})",
            "ask for at least 1 B, and at most kernel.shmmax: sysctl kernel.shmmax shows and sets it"),
    /** All System V segments there may be, or all their pages, are taken. */
    SEGMENTS_FULL(
            69,
            "no room for another segment of {value} ({limit})",
            "remove some: 'ipcs -m' lists them, 'ipcrm -m ID' removes; or raise sysctl kernel.shmall or kernel.shmmni"),
    /** A message queue is not there. */
    NO_QUEUE(
            65,
            "there is no such message queue",
            "check the spelling: 'naru ls sysv: mq:' lists what there is, and 'naru mq create QUEUE' makes one"),
    /** A queue was removed while it was used. */
    QUEUE_REMOVED(
            69,
            "the message queue has been removed",
            "whoever removed it took what waited in it; make it anew: 'naru mq create QUEUE'"),
    /** All the queues there may be are taken. */
    QUEUES_FULL(
            69,
            "no further message queue can be made ({limit})",
            "remove some: 'naru ls sysv: mq:' lists them, 'naru mq rm QUEUE' removes; or raise that limit by sysctl"),
    /** A queue may not hold so much. */
    QUEUE_CAPACITY(
            69,
            "a message queue may not hold {value} ({limit})",
            "ask for less; root may raise the limit by sysctl, for every queue that is made afterwards"),
    /** A user's POSIX queues may not take so much memory. */
    QUEUE_MEMORY(
            69,
            "this user's message queues may not take {value} more ({limit})",
            "ask for fewer or shorter messages, remove other queues, or raise 'ulimit -q' (LimitMSGQUEUE= in systemd)"),
    /** Nothing shows which POSIX queues there are. */
    NO_MQUEUE_MOUNT(
            69,
            "no file system shows the POSIX message queues",
            "mount it, as root: mkdir -p /dev/mqueue && mount -t mqueue none /dev/mqueue; queues work without it"),
    /** A semaphore is not there. */
    NO_SEMAPHORE(
            65,
            "there is no such semaphore",
            "check the spelling: 'naru ls sem:' lists what there is, and 'naru sem create SEM' makes one"),
    /** A semaphore was removed while it was used. */
    SEMAPHORE_REMOVED(
            69,
            "the semaphore has been removed",
            "whoever removed it ended all waits; make it anew: 'naru sem create SEM'"),
    /** A semaphore would count too far. */
    SEMAPHORE_VALUE(
            65, "a semaphore may not count to {value} ({limit})", "count no further: release only what was acquired"),
    /** Too many operations on System V semaphores at once. */
    SEMAPHORE_OPERATIONS(
            65,
            "{value} operations at once are too many ({limit}, the third number)",
            "operate on fewer at once; root may raise the limit: sysctl kernel.sem"),
    /** All System V semaphores there may be are taken. */
    SEMAPHORES_FULL(
            69,
            "no room for {value} more ({limit})",
            "remove some: 'ipcs -s' lists them, 'ipcrm -s ID' removes; or raise sysctl kernel.sem"),
    /** A set of semaphores of another size has the key. */
    OTHER_SEMAPHORES(
            65,
            "it has {value}, and {limit} were wanted",
            "open it as it is, or remove it and create it anew: 'naru sem rm SEM'"),
    /** A shared file is of another kind, or of a version that this Naru does not know. */
    WRONG_KIND(
            65,
            "it is no such object: it is {value}, and {limit} was wanted",
            "'naru ls' shows what it is; open it as that, or remove it and create it anew"),
    /** A ring has its reader. */
    READER_TAKEN(
            69,
            "it has a reader already: {value}",
            "a ring has {limit}: let that one end, or use a broadcast ring, where each reader gets all"),
    /** All lanes of a ring have their producers, or all rows their readers. */
    LANES_TAKEN(
            69,
            "all its places are taken ({limit}), by {value}",
            "let one of them end, or create it anew with more lanes (a broadcast ring: more rows)"),
    /** A message is longer than its ring allows. */
    MESSAGE_TOO_LONG(
            65,
            "a message of {value} does not fit, since the longest may have {limit}",
            "send less at once, or make it anew and larger: 'naru ring create' and 'naru mq create' have --size"),
    /** A store of topics is not there. */
    NO_STORE(
            65,
            "there is no such store",
            "check --store and NARU_STORE: a store is a directory with a file store.naru, and 'naru topic create' makes one"),
    /** A topic is not there. */
    NO_TOPIC(
            65,
            "there is no such topic",
            "check the spelling: 'naru topic list' shows what there is, and 'naru topic create TOPIC' makes one"),
    /** A topic that was open is there no more. */
    TOPIC_REMOVED(65, "the topic was removed", "open or make it again; what was in it is gone"),
    /** Somebody else appends under the name of a producer. */
    PRODUCER_IN_USE(
            75,
            "another one has the name of that producer",
            "wait until it has ended, or take another name; 'fuser -v PATH' shows who has it"),
    /** A producer left out a record. */
    OUT_OF_ORDER(
            65, "record {value} of the producer comes too early: {limit} is the next", "append those between first"),
    /** A consumer group is not there. */
    NO_GROUP(
            65,
            "there is no such group",
            "check the spelling: 'naru group list' shows what there is; a group is made when the first one joins it"),
    /** Not the name of a consumer group. */
    BAD_GROUP_NAME(
            64,
            "that is no name for a group: {value} characters, where {limit} may be",
            "take another one; whatever is no letter, digit, '.', '-' or '_' counts for three"),
    /** A consumer group is used by others. */
    GROUP_IN_USE(
            75, "the group has members: {value}", "end them first; 'naru group describe GROUP' shows who they are"),
    /** A consumer group that was open is there no more. */
    GROUP_REMOVED(65, "the group was removed", "join or open it again; what was committed in it is gone"),
    /** A commit of one who does not have the partition. */
    NOT_OWNER(
            75,
            "{value} belongs to another member of the group, or to none",
            "what was read of it comes again, elsewhere: poll more often, or allow more time between polls by a longer lease"),
    /** More is to go with an offset than may. */
    METADATA_TOO_LARGE(
            64, "{value} of metadata are more than may go with an offset ({limit})", "commit a shorter text"),
    /** A table of a consumer group is full. */
    GROUP_FULL(69, "the group has {limit} already", "use another group for some of them"),
    /** A record without a key, for a topic that keeps the last record of each key. */
    NO_KEY(
            65,
            "a record has no key, and the topic keeps the last one of each",
            "give it a key; or keep all: 'naru topic alter -s cleanup.policy=delete'"),
    /** A topic that is to be compacted keeps all records of a key. */
    NOT_COMPACTED(
            64,
            "the topic keeps all records of a key (cleanup.policy={value})",
            "keep the last one alone: 'naru topic alter -s cleanup.policy=compact'; each record then needs a key"),
    /** A topic keeps the partitions that it has. */
    FEWER_PARTITIONS(
            64,
            "a topic of {limit} partitions cannot have {value}: their records would be lost",
            "make another topic with fewer partitions, and append to it what this one has"),
    /** Not the name of a topic. */
    BAD_TOPIC_NAME(
            64,
            "that is no name for a topic or a producer",
            "write 1 to 240 of the characters a-z A-Z 0-9 . _ -, but neither . nor .. alone"),
    /** A topic has no partition of that number. */
    NO_PARTITION(
            65,
            "there is no {value}: it has {limit}",
            "'naru topic describe TOPIC' shows them, and 'naru topic alter --partitions N TOPIC' makes more"),
    /** What was to be appended is no record in the form that was said. */
    BAD_RECORD(
            65,
            "{limit} of the input is no record: {value}",
            "write a JSON object on each line, as 'naru topic consume --json' does; what came before it is appended"),
    /** The settings of a topic are not as they should be. */
    BAD_SETTING(65, "a setting of the topic is {value}, and should be {limit}", "put it right in the file"),
    /** A store is of a version that this Naru does not know. */
    NEWER_STORE(
            65,
            "it is a store of version {value}, and this Naru knows {limit}",
            "use the Naru that made it, or a newer one"),
    /** A batch is larger than a segment. */
    BATCH_TOO_LARGE(
            65,
            "a batch of {value} is more than the topic allows ({limit})",
            "append less at once, or allow more: 'naru topic alter -s max.message.bytes=N', and at most segment.bytes"),
    /** Nobody may append to the partition by its lock. */
    NO_APPENDING(
            69,
            "another process alone appends to it: {value}",
            "append by that process, or open the topic when it has ended"),
    /** What was appended may not be on the disk, and nobody may append. */
    NOT_FLUSHED(
            69,
            "the disk failed to keep what was appended, so nobody appends any more",
            "look at the disk (dmesg); after a restart of the machine the log is checked, and cut where it is damaged"),
    /** A cursor wants a record that is not there any more, or not yet. */
    OUT_OF_RANGE(
            65,
            "there is no {value}: {limit}",
            "name one that is there; a reader begins at the earliest or the latest record"),
    /** The bytes of a log are not what was appended. */
    DAMAGED_LOG(
            65,
            "it is damaged at {limit}: {value}",
            "restore the file from a copy; readers may begin behind it, at a later offset"),
    /** A batch is compressed in a way that cannot be read. */
    NO_CODEC(65, "no codec for {value} is there", "have dev.naru:naru-codecs on the class path or the module path"),
    /** What was read is no longer there: another publisher took it back. */
    TRUNCATED(
            65,
            "what lay from {limit} on was taken back, and had been read up to {value}",
            "undo what came of it; the cursor stands there now, and reads on"),
    /** A batch decompresses to more than we let it. */
    UNPACKED_TOO_LARGE(
            65,
            "a batch at {value} decompresses to more than {limit}",
            "have it written in smaller batches; readers may begin behind it, at a later offset"),
    /** The last owner of a lock died in its section. */
    OWNER_DIED(
            65,
            "its last owner died in its section: what the lock guards may be half changed",
            "repair it, then run a command under the lock that ends with status 0"),
    /** A socket's path or abstract name is too long. */
    SOCKET_NAME_TOO_LONG(
            65,
            "the name of a socket may have {limit}, and this one has {value}",
            "choose a shorter path, such as one from the working directory"),
    /** The far side has ended what it says. */
    ENDED(
            69,
            "the far side has ended, and all that it sent was received",
            "nothing, if it was to end; else see why it did"),
    /** A frame is longer than it may be. */
    FRAME_TOO_LONG(
            65,
            "the next message of the far side has {value}, and at most {limit} are taken",
            "if it is what it should be, allow more, as by --max-message; where frames are expected, and that is no length, others send no frames: a frame is its length in 4 bytes, the highest first, and so many bytes"),
    /** The far side ended within a frame. */
    FRAME_CUT_OFF(
            65,
            "the far side ended in the middle of a message: {value} of {limit} had come",
            "what came of it is lost; it was killed, or sends no frames"),
    /** No host has that name. */
    UNKNOWN_HOST(65, "no host has that name", "check the spelling; 'getent ahosts NAME' shows what the resolver says"),
    /** A socket of another type is there. */
    OTHER_SOCKET_TYPE(
            65,
            "the socket there is of another type",
            "'naru ls unix:' shows which: a stream has none in its address, others ?type=seqpacket or ?type=dgram"),
    /** Nobody listens there. */
    NOBODY_LISTENS(
            69,
            "nobody listens there",
            "start the server first; 'naru ls' shows the sockets of this machine, and 'ss -lx' and 'ss -lt' do"),
    /** Somebody has the address. */
    ADDRESS_IN_USE(
            69,
            "the address is in use",
            "'ss -lxp' or 'ss -ltp' shows by whom; choose another one, or port 0 for any that is free"),
    /** The address is not of this machine. */
    NOT_AN_ADDRESS_HERE(65, "this machine has no such address", "'ip address' shows those it has"),
    /** The far side has broken the connection. */
    CONNECTION_RESET(
            69, "the far side has broken the connection", "what was sent may be lost; connect again, and send it anew"),
    /** No way leads there. */
    UNREACHABLE(69, "no way leads there", "'ip route get ADDRESS' shows what the kernel would do"),
    /** The far side does not answer. */
    NO_ANSWER(75, "the far side does not answer", "look whether the machine is up, and what a firewall lets through"),
    /** The socket is not connected. */
    NOT_CONNECTED(65, "it is not connected", "connect it first"),
    /** A call ended with another status than OK, which stands in a line of its own. */
    CALL_FAILED(
            76,
            "the call ended with another status than OK",
            "the line says which, and why: UNAVAILABLE where no server is, DEADLINE_EXCEEDED when --deadline was over, and what the"
                    + " server itself says"),
    /** A server has nothing of that name. */
    NO_SYMBOL(
            65,
            "the server knows nothing of that name",
            "'naru rpc list ADDRESS' shows its services, and 'naru rpc describe ADDRESS' what they take and give"),
    /** The end of a name is that of several. */
    SEVERAL_SYMBOLS(65, "several names end so", "write one of them in full"),
    /** A gRPC server has no reflection. */
    NO_REFLECTION(
            69,
            "it does not describe its services",
            "give it the reflection service (of grpc-java: ProtoReflectionServiceV1 of io.grpc:grpc-services), or describe them by"
                    + " --protoset FILE, which 'protoc --include_imports --descriptor_set_out=FILE' makes"),
    /** A file, or what a server sent as one, does not describe types. */
    NO_PROTOSET(
            65,
            "it is no set of descriptors",
            "make it by 'protoc --include_imports --descriptor_set_out=FILE', with all files that are imported"),
    /** JSON that is not the message that a method takes. */
    BAD_MESSAGE(
            65,
            "it is no such message",
            "'naru rpc describe ADDRESS MESSAGE' shows its fields; protobuf.dev/programming-guides/json how each is written"),
    /** A defect of ours. */
    INTERNAL(70, "this is a defect of Naru", "please report it, with the trace that NARU_TRACE=1 shows");

    private final int exitStatus;
    private final String text;
    private final String remedy;

    Problem(int exitStatus, String text, String remedy) {
        this.exitStatus = exitStatus;
        this.text = text;
        this.remedy = remedy;
    }

    /** The exit status of the {@code naru} command when it ends with this, as {@code <sysexits.h>} numbers them. */
    public int exitStatus() {
        return exitStatus;
    }

    /** What happened, with its placeholders. */
    public String text() {
        return text;
    }

    /** What helps, with its placeholders. */
    public String remedy() {
        return remedy;
    }

    /** A text or remedy with the placeholders filled in. */
    static String fill(String template, String limit, String value) {
        return template.replace("{limit}", limit).replace("{value}", value);
    }
}
