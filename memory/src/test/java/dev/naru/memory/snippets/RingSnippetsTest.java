package dev.naru.memory.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.NoLeaks;
import dev.naru.memory.Ring;
import dev.naru.memory.RingReader;
import dev.naru.memory.RingSpec;
import dev.naru.memory.RingWriter;
import dev.naru.memory.SendOutcome;
import dev.naru.memory.SharedLock;
import dev.naru.memory.testing.FarSide;
import dev.naru.memory.testing.Talk;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What the docs show of rings and locks does what they say. */
@ExtendWith(NoLeaks.class)
class RingSnippetsTest {
    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("shared");
    }

    @Test
    void whatTheWriterSendsTheReaderReceives() throws Exception {
        String name = "/test-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
        try {
            RingSnippets.writer(name, ByteBuffer.wrap(new byte[] {1, 2}));
            assertThat(RingSnippets.reader(name)).containsExactly(1, 2);
        } finally {
            Ring.remove(name);
        }
    }

    @Test
    void inPlaceToo() throws Exception {
        try (Ring ring = Ring.create(file(), RingSpec.oneToOne(8192));
                RingWriter writer = ring.writer();
                RingReader reader = ring.reader()) {
            assertThat(RingSnippets.inPlace(writer, 42)).isEqualTo(SendOutcome.CLAIMED);
            List<Long> seen = new ArrayList<>();
            int handled = RingSnippets.inPlace(
                    reader, (memory, offset, _) -> seen.add(memory.get(ValueLayout.JAVA_LONG, offset)));
            assertThat(handled).isEqualTo(1);
            assertThat(seen).containsExactly(42L);
        }
    }

    @Test
    void whoComesAfterADeadOwnerRepairs() throws Exception {
        // given
        List<String> did = new ArrayList<>();
        try (SharedLock lock = SharedLock.create(file())) {
            for (int i = 0; i < 2; i++) {
                try (Talk far = Talk.start(FarSide.command("hold", file()))) {
                    assertThat(far.line()).isNotEmpty();
                    far.kill();
                }

                // when
                if (i == 0) {
                    RingSnippets.lockedByHand(lock, () -> did.add("change"), () -> did.add("repair"));
                } else {
                    lock.run(() -> did.add("change"), () -> did.add("repair"));
                }
            }
        }

        // then
        assertThat(did).containsExactly("repair", "change", "repair", "change");
    }

    @Test
    void aLockByNameRunsASection() throws Exception {
        String name = "/test-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
        List<String> did = new ArrayList<>();
        try {
            RingSnippets.locked(name, () -> did.add("change"), () -> did.add("repair"));
        } finally {
            SharedLock.remove(name);
        }
        assertThat(did).containsExactly("change");
    }
}
