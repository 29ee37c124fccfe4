package dev.naru.topics.internal;

import dev.naru.linux.Descriptor;
import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.FileSpace;
import dev.naru.linux.FileStatus;
import dev.naru.linux.Problem;
import dev.naru.linux.SharedFiles;
import dev.naru.linux.SharedMapping;
import dev.naru.memory.Membership;
import dev.naru.memory.SharedLock;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The file of a group as this process has it open: born whole, put right after a boot or in a copy before anybody believes it, and
 * longer when a table grows. {@code docs/protocol/README.md}, 7.
 *
 * <p>Thread-safe, but {@link #close} only when nobody uses it any more.
 */
public final class GroupFile implements Closeable {
    private static final String SUFFIX = ".naru";
    private static final int MOST_NAME = 240;

    private final Path folder;
    private final Path path;
    private final Descriptor file;
    private final SharedMapping mapping;
    private final ByteBuffer bytes;
    private final SharedLock lock;

    private GroupFile(Path folder, Path path, Descriptor file, SharedMapping mapping, Membership members)
            throws ErrnoException {
        this.folder = folder;
        this.path = path;
        this.file = file;
        this.mapping = mapping;
        this.bytes = mapping.segment().asByteBuffer();
        this.lock = SharedLock.in(file, GroupLayout.LOCK_AT, members, path.toString());
    }

    /** Where the group of that name lies: whatever is no letter, digit, dot, dash or underscore stands there as {@code %XX}. */
    public static Path path(Path folder, String group) throws ErrnoException {
        StringBuilder name = new StringBuilder();
        for (byte each : group.getBytes(StandardCharsets.UTF_8)) {
            boolean plain = (each >= 'a' && each <= 'z')
                    || (each >= 'A' && each <= 'Z')
                    || (each >= '0' && each <= '9')
                    || each == '.'
                    || each == '_'
                    || each == '-';
            var _ = plain ? name.append((char) each) : name.append(String.format("%%%02X", each & 0xff));
        }
        if (group.isEmpty() || name.length() > MOST_NAME) {
            throw ErrnoException.of(
                    Problem.BAD_GROUP_NAME,
                    Errno.EINVAL.number(),
                    "open",
                    "group " + group,
                    "1 to " + MOST_NAME,
                    Integer.toString(name.length()));
        }
        return folder.resolve(name + SUFFIX);
    }

    /** The names of all groups in that folder, in order. */
    public static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(SUFFIX))
                    .map(name -> decoded(name.substring(0, name.length() - SUFFIX.length())))
                    .sorted()
                    .toList();
        } catch (NoSuchFileException none) {
            return List.of(); // a store that was made before there were groups
        }
    }

    private static String decoded(String name) {
        byte[] bytes = new byte[name.length()];
        int length = 0;
        for (int i = 0; i < name.length(); i++) {
            boolean isCode = name.charAt(i) == '%' && i + 2 < name.length() && isHex(name, i + 1) && isHex(name, i + 2);
            bytes[length++] = isCode ? (byte) Integer.parseInt(name, i + 1, i + 3, 16) : (byte) name.charAt(i);
            i += isCode ? 2 : 0;
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    private static boolean isHex(String name, int at) {
        return Character.digit(name.charAt(at), 16) >= 0;
    }

    /** Opens the one of that name, which must be there. */
    public static GroupFile open(Path folder, String group, StoreId store, Membership members) throws IOException {
        GroupFile opened = openAny(folder, group, store, members);
        if (!GroupLayout.isRemoved(opened.memory())) {
            return opened;
        }
        try (opened) { // whoever removed it was killed, or is about to go on
            opened.removeName();
        }
        throw none(group);
    }

    /** The same, also one that was removed and has its name still. */
    static GroupFile openAny(Path folder, String group, StoreId store, Membership members) throws IOException {
        Path path = path(folder, group);
        if (!Files.exists(path)) {
            throw none(group);
        }
        String target = path.toString();
        Descriptor file = SharedFiles.open(path, true, target);
        try {
            SharedMapping mapping =
                    SharedMapping.mapAhead(file, GroupLayout.MOST, SharedMapping.Options.WRITABLE, target);
            try {
                MemorySegment memory = mapping.segment();
                requireGroup(file, memory, target);
                FileHead.recover(
                        file,
                        memory,
                        store,
                        target,
                        () -> GroupTable.recover(memory, file.status().size()));
                requireWhole(file, memory, target);
                return new GroupFile(folder, path, file, mapping, members);
            } catch (IOException | RuntimeException | Error failed) {
                mapping.close();
                throw failed;
            }
        } catch (IOException | RuntimeException | Error failed) {
            file.close();
            throw failed;
        }
    }

    /** Opens the one of that name, or makes it. */
    public static GroupFile openOrCreate(Path folder, String group, StoreId store, Membership members, long now)
            throws IOException {
        while (true) {
            if (!Files.exists(path(folder, group))) {
                create(folder, path(folder, group), store, now);
            }
            try {
                return open(folder, group, store, members);
            } catch (ErrnoException refused) {
                if (refused.problem() != Problem.NO_GROUP && refused.errno() != Errno.ENOENT) {
                    throw refused;
                } // removed meanwhile
            }
        }
    }

    private static void create(Path folder, Path path, StoreId store, long now) throws IOException {
        var _ = Files.createDirectories(folder);
        FileHead.createUnlessThere(
                folder, path, GroupLayout.HEADER, (memory, inode) -> GroupLayout.fill(memory, store, inode, now));
    }

    private static void requireGroup(Descriptor file, MemorySegment memory, String target) throws ErrnoException {
        long size = file.status().size();
        require(size < GroupLayout.HEADER ? "a file of " + size + " B" : GroupLayout.fault(memory), target);
    }

    /** Nobody but a power cut makes it shorter. */
    private static void requireWhole(Descriptor file, MemorySegment memory, String target) throws ErrnoException {
        long needed = GroupLayout.size(memory); // first: others may be adding rows just now
        long size = file.status().size();
        require(size < needed ? "a group that was cut at " + size + " B" : "", target);
    }

    private static void require(String fault, String target) throws ErrnoException {
        if (!fault.isEmpty()) {
            String wanted = "a group of version " + GroupLayout.VERSION;
            throw ErrnoException.of(Problem.WRONG_KIND, Errno.EINVAL.number(), "open", target, wanted, fault);
        }
    }

    /** Its bytes; those behind what is reserved are not to be touched. */
    public MemorySegment memory() {
        return mapping.segment();
    }

    ByteBuffer bytes() {
        return bytes;
    }

    /** What guards its tables. */
    public SharedLock lock() {
        return lock;
    }

    /** Gets that range backed by the disk, before anybody touches it. */
    void reserve(long from, long length) throws ErrnoException {
        FileSpace.reserve(file, from, length, path.toString());
    }

    /** Waits until that range is on the disk. */
    void sync(long from, long length) throws ErrnoException {
        mapping.sync(from, length);
    }

    /**
     * Takes its name away; whoever has it open is told by the mark. One at a time, so nobody has the group's lock meanwhile; and only as
     * long as the name is that of this file: somebody may have made another group.
     */
    public void removeName() throws IOException {
        try (Turn _ = Turn.ofTopics(folder.resolveSibling(StoreLayout.FILE))) {
            if (Files.exists(path)
                    && FileStatus.of(path).inode() == file.status().inode()) {
                Files.delete(path);
            }
            Disk.syncNames(folder);
        }
    }

    private static ErrnoException none(String group) {
        return ErrnoException.of(Problem.NO_GROUP, Errno.ENOENT.number(), "open", "group " + group);
    }

    @Override
    public void close() throws IOException {
        lock.close();
        Mappings.close(mapping);
        file.close();
    }
}
