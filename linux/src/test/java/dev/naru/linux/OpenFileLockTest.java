package dev.naru.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.testing.Await;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.MemoryPeer;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Peer;
import dev.naru.linux.testing.ProcessState;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(NoLeaks.class)
class OpenFileLockTest {
    /** Far beyond any file's end, as the shared files have their liveness bytes. */
    private static final long FAR = (1L << 62) + 7;

    private Path path;
    private Descriptor file;
    private OpenFileLock lock;

    @BeforeEach
    void create(@TempDir Path folder) throws Exception {
        path = Files.createFile(folder.resolve("file"));
        file = SharedFiles.open(path, true, "file");
        lock = OpenFileLock.of(file, "file");
    }

    @AfterEach
    void close() {
        file.close();
    }

    private Peer peer() throws Exception {
        return MemoryPeer.start().tell("open " + path);
    }

    @Test
    void whatAnotherProcessHasIsLocked() throws Exception {
        try (Peer peer = peer()) {
            // given
            assertThat(lock.isLocked(FAR)).isFalse();

            // when
            peer.tell("lock " + FAR);

            // then
            assertThat(lock.isLocked(FAR)).isTrue();
            assertThat(lock.tryLock(FAR)).isFalse();
            assertThat(lock.isLocked(FAR + 1)).isFalse();
            assertThat(lock.isLocked(FAR - 1)).isFalse();

            // when
            peer.tell("unlock " + FAR);

            // then
            assertThat(lock.isLocked(FAR)).isFalse();
            assertThat(lock.tryLock(FAR)).isTrue();
        }
    }

    @Test
    void whatWeHaveIsLockedForAnotherProcess() throws Exception {
        try (Peer peer = peer()) {
            // when
            assertThat(lock.tryLock(FAR)).isTrue();
            assertThat(lock.tryLock(FAR)).isTrue(); // one lock all the same

            // then
            assertThat(peer.ask("is-locked " + FAR)).isEqualTo("locked");
            assertThat(peer.ask("lock " + FAR)).isEqualTo("error EAGAIN");
            assertThat(lock.isLocked(FAR)).as("one does not see one's own").isFalse();

            // when
            lock.unlock(FAR);
            lock.unlock(FAR);

            // then
            assertThat(peer.ask("is-locked " + FAR)).isEqualTo("free");
        }
    }

    @Test
    void aProcessThatIsKilledHasNoLock() throws Exception {
        // given
        try (Peer peer = peer().tell("lock " + FAR)) {
            assertThat(lock.isLocked(FAR)).isTrue();

            // when
            Foreign.signal("KILL", peer.pid());

            // then
            Await.until("its lock is free", () -> !lock.isLocked(FAR));
            assertThat(lock.tryLock(FAR)).isTrue();
        }
    }

    @Test
    void aProcessThatIsStoppedKeepsItsLock() throws Exception {
        try (Peer peer = peer().tell("lock " + FAR)) {
            // when
            Foreign.signal("STOP", peer.pid());
            ProcessState.awaitState(peer.pid(), 'T');

            // then
            assertThat(lock.isLocked(FAR)).isTrue();

            // when: killed while it is stopped
            Foreign.signal("KILL", peer.pid());

            // then
            Await.until("its lock is free", () -> !lock.isLocked(FAR));
        }
    }

    @Test
    void aChildThatSharesTheDescriptionKeepsTheLock() throws Exception {
        try (Peer peer = peer().tell("lock " + FAR)) {
            // given
            String child = peer.ask("fork").substring("child ".length());
            try {
                // when
                peer.kill();

                // then
                assertThat(lock.isLocked(FAR)).isTrue();
            } finally {
                Foreign.signal("KILL", Long.parseLong(child));
            }
            Await.until("its lock is free", () -> !lock.isLocked(FAR));
        }
    }

    @Test
    void pidNamespacesMakeNoDifference() throws Exception {
        try (Peer peer = MemoryPeer.startBy("unshare", "--pid", "--fork", "--kill-child", "--mount-proc")) {
            // when
            peer.tell("open " + path).tell("lock " + FAR);

            // then
            assertThat(lock.isLocked(FAR)).isTrue();

            // when
            peer.kill();

            // then
            Await.until("its lock is free", () -> !lock.isLocked(FAR));
        }
    }

    @Test
    void aSecondOpenOfTheFileIsAnother() throws Exception {
        // given
        assertThat(lock.tryLock(FAR)).isTrue();

        // when
        try (Descriptor again = SharedFiles.reopen(file, true, "file")) {
            OpenFileLock other = OpenFileLock.of(again, "file");
            assertThat(other.isLocked(FAR)).isTrue();
            assertThat(other.tryLock(FAR)).isFalse();
            assertThat(other.tryLock(FAR + 1)).isTrue();
            assertThat(lock.isLocked(FAR + 1)).isTrue();
        }

        // then: its own went with it, ours did not
        assertThat(lock.isLocked(FAR + 1)).isFalse();
        try (Peer peer = peer()) {
            assertThat(peer.ask("is-locked " + FAR)).isEqualTo("locked");
            file.close();
            assertThat(peer.ask("is-locked " + FAR)).isEqualTo("free");
        }
    }

    @Test
    void withoutTheRightToWriteThereIsOnlyTheLook() throws Exception {
        try (Peer _ = peer().tell("lock 3");
                Descriptor reader = SharedFiles.open(path, false, "file")) {
            OpenFileLock look = OpenFileLock.of(reader, "file");
            assertThat(look.isLocked(3)).isTrue();
            assertThat(look.isLocked(4)).isFalse();
            assertThatThrownBy(() -> look.tryLock(4))
                    .isInstanceOfSatisfying(
                            ErrnoException.class,
                            refused -> assertThat(refused.problem()).isEqualTo(Problem.BAD_DESCRIPTOR));
        }
    }

    @Test
    void aClosedDescriptorIsAnError() {
        // given
        file.close();

        // when, then
        assertThatThrownBy(() -> lock.isLocked(0)).isInstanceOfSatisfying(ErrnoException.class, refused -> {
            assertThat(refused.problem()).isEqualTo(Problem.BAD_DESCRIPTOR);
            assertThat(refused.call()).isEqualTo("fcntl(F_OFD_GETLK)");
            assertThat(refused.target()).isEqualTo("file");
        });
    }
}
