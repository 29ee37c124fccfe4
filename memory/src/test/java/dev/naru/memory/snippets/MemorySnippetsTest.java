package dev.naru.memory.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.memory.testing.Places;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the docs show to users does what they say. */
class MemorySnippetsTest {
    @Test
    void whatTheWriterStoresTheReaderSees(@TempDir Path folder) throws Exception {
        try (Places places = new Places(folder)) {
            String name = places.name();
            MemorySnippets.writer(name, 42);
            assertThat(MemorySnippets.reader(name)).isEqualTo(42);
            MemorySnippets.writer(name, 43);
            assertThat(MemorySnippets.reader(name)).isEqualTo(43);
        }
    }

    @Test
    void rawMemoryIsAFile(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("memory");
        MemorySnippets.raw(file);
        assertThat(Files.size(file)).isEqualTo(1 << 20);
        assertThat(Files.readAllBytes(file)[4096]).isEqualTo((byte) 42);
    }

    @Test
    void aChildGetsAnonymousMemory() throws Exception {
        String look = "use strict; open(my $m, '<&=3') or exit 1; exit((-s $m) == 1048576 ? 0 : 2)";
        assertThat(MemorySnippets.anonymous(List.of("perl", "-e", look))).isTrue();
    }
}
