package dev.naru.memory.testing;

import dev.naru.linux.Descriptor;
import dev.naru.linux.FileSpace;
import dev.naru.linux.Problem;
import dev.naru.linux.SharedFiles;
import dev.naru.linux.SharedMapping;
import dev.naru.memory.Membership;
import dev.naru.memory.SharedLock;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/** A lock in the second word of a file of its own, among the members of another file. */
public final class Members implements Closeable {
    private static final long SIZE = 64;
    private static final long WORD_AT = 8;

    private final Membership membership;
    private final Descriptor file;
    private final SharedMapping mapping;
    private final SharedLock lock;

    private Members(Path members) throws IOException {
        membership = Membership.openOrCreate(
                members, 0600, "members", Problem.NOT_FOUND, own -> own.set(ValueLayout.JAVA_LONG, 0, 42));
        file = SharedFiles.openOrCreate(members.resolveSibling("word"), 0600, "word");
        FileSpace.reserve(file, 0, SIZE, "word");
        mapping = SharedMapping.map(file, SIZE, SharedMapping.Options.WRITABLE, "word");
        lock = SharedLock.in(file, WORD_AT, membership, "the word");
    }

    /** Opens both files, and makes what is missing. */
    public static Members open(Path members) throws IOException {
        return new Members(members);
    }

    /** This process among them. */
    public Membership membership() {
        return membership;
    }

    /** The lock. */
    public SharedLock lock() {
        return lock;
    }

    @Override
    public void close() throws IOException {
        lock.close();
        mapping.close();
        file.close();
        membership.close();
    }
}
