package dev.naru.topics.internal;

import dev.naru.linux.Errno;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.memory.Membership;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;

/**
 * After a power cut a log may end before what groups have committed in it. What is appended from then on would count as done up to
 * there, and be skipped. So whoever recovers the log lowers that to its end, before anybody can append.
 */
final class CommittedAhead {
    private CommittedAhead() {}

    /**
     * Lowers it in all groups of the store.
     *
     * @param folder of the partition
     * @param end of its log
     */
    static void lower(Path folder, StoreId store, Membership members, long end) throws IOException {
        String name = String.valueOf(folder.getFileName());
        int dash = name.lastIndexOf('-');
        String topic = name.substring(0, dash);
        int partition = Integer.parseInt(name, dash + 1, name.length(), 10);
        Path groups = folder.resolve("../..").normalize().resolve(StoreLayout.GROUPS);
        for (String group : GroupFile.names(groups)) {
            try (GroupFile file = GroupFile.openAny(groups, group, store, members)) {
                if (!GroupLayout.isRemoved(
                        file.memory())) { // else its name is left to others: we may have the turn of topics
                    lower(file, topic, partition, end);
                }
            } catch (ErrnoException refused) {
                if (refused.problem() != Problem.NO_GROUP
                        && refused.problem() != Problem.WRONG_KIND
                        && refused.errno() != Errno.ENOENT) {
                    throw refused;
                } // removed meanwhile, or garbled: nobody can join that one
            }
        }
    }

    private static void lower(GroupFile file, String topic, int partition, long end) throws IOException {
        try {
            var _ = file.lock().lock();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw (IOException)
                    new InterruptedIOException("interrupted before the log was recovered").initCause(interrupted);
        }
        try {
            new GroupTable(file).lower(topic, partition, end);
        } finally {
            file.lock().unlock();
        }
    }
}
