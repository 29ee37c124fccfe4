package dev.naru.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.JavaProgram;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Payload;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import java.io.BufferedReader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A file is filled first and named last: nobody sees it half made, and of two makers one has the name. */
@ExtendWith(NoLeaks.class)
class UnnamedFileTest {
    @TempDir
    private Path folder;

    private UnnamedFile born(boolean hidden) throws ErrnoException {
        return hidden ? UnnamedFile.openHidden(folder, "born") : UnnamedFile.create(folder, 0640, "born");
    }

    private List<String> names() throws Exception {
        try (var entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        }
    }

    private static void write(Descriptor file, String text) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, text.getBytes(StandardCharsets.UTF_8));
            assertThat(file.write(bytes, bytes.byteSize())).isEqualTo(bytes.byteSize());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void itHasNoNameUntilItIsLinked(boolean hidden) throws Exception {
        // given
        Path name = folder.resolve("name");
        try (UnnamedFile file = born(hidden)) {
            assertThat(names()).hasSize(hidden ? 1 : 0);
            write(file.descriptor(), "filled");

            // when
            assertThat(file.link(name)).isTrue();
        }

        // then
        assertThat(name).hasContent("filled");
        assertThat(names()).containsExactly("name");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFileThatIsDroppedLeavesNothing(boolean hidden) throws Exception {
        // when
        try (UnnamedFile file = born(hidden)) {
            write(file.descriptor(), "never to be seen");
        }

        // then
        assertThat(names()).isEmpty();
    }

    @Test
    void takenItStaysOpen() throws Exception {
        // given
        Descriptor taken;
        try (UnnamedFile file = born(false)) {
            // when
            taken = file.take();
        }

        // then
        assertThat(taken.isOpen()).isTrue();
        taken.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void ofManyMakersOneHasTheName(boolean hidden) throws Exception {
        for (int round = 0; round < 20; round++) {
            // given
            Path name = folder.resolve("name");
            CountDownLatch go = new CountDownLatch(1);
            List<Task<Boolean>> makers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                int maker = i;
                makers.add(Task.start(ThreadKind.PLATFORM, () -> {
                    try (UnnamedFile file = born(hidden)) {
                        write(file.descriptor(), "maker " + maker);
                        go.await();
                        return file.link(name);
                    }
                }));
            }

            // when
            go.countDown();

            // then
            List<Integer> winners = new ArrayList<>();
            for (int i = 0; i < makers.size(); i++) {
                if (makers.get(i).result()) {
                    winners.add(i);
                }
            }
            assertThat(winners).hasSize(1);
            assertThat(name).hasContent("maker " + winners.getFirst());
            assertThat(names()).containsExactly("name");
            Files.delete(name);
        }
    }

    @Test
    void aLinkOfThatNameIsInTheWay() throws Exception {
        // given
        Path name = folder.resolve("name");
        Files.createSymbolicLink(name, folder.resolve("elsewhere"));

        // when
        try (UnnamedFile file = born(false)) {
            assertThat(file.link(name)).isFalse();
        }

        // then
        assertThat(names()).containsExactly("name");
    }

    /** Makes a file without a name, says so, and waits to be killed. */
    static final class HalfWayMain {
        private HalfWayMain() {}

        @SuppressWarnings("SystemOut") // that is its answer
        public static void main(String[] arguments) throws Exception {
            try (UnnamedFile file = UnnamedFile.create(Path.of(arguments[0]), 0600, "half")) {
                FileSpace.reserve(file.descriptor(), 0, 1 << 20, "half");
                System.out.println("made");
                int _ = System.in.read();
            }
        }
    }

    @Test
    void aMakerThatIsKilledLeavesNothing() throws Exception {
        // given
        Process maker = new ProcessBuilder(JavaProgram.of(HalfWayMain.class).command(folder.toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader said = maker.inputReader()) {
            assertThat(said.readLine()).isEqualTo("made");

            // when
            maker.destroyForcibly().waitFor();
        } finally {
            maker.destroyForcibly().waitFor();
        }

        // then
        assertThat(names()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"600", "640", "666", "400"})
    void theModeIsAsGivenWhateverTheUmask(String mode) throws Exception {
        // given
        Path name = folder.resolve("name");

        // when
        try (UnnamedFile file = UnnamedFile.create(folder, Integer.parseInt(mode, 8), "born")) {
            assertThat(file.link(name)).isTrue();
        }

        // then
        assertThat(Foreign.output("stat", "-c", "%a", name.toString())).isEqualTo(mode + "\n");
    }

    @Test
    void withoutTheDirectoryItCannotBeMade() {
        assertThatThrownBy(() -> UnnamedFile.create(folder.resolve("missing"), 0600, "shm:/x"))
                .isInstanceOfSatisfying(ErrnoException.class, refused -> {
                    assertThat(refused.problem()).isEqualTo(Problem.NO_DIRECTORY);
                    assertThat(refused.target()).isEqualTo("shm:/x");
                });
    }

    /** Makes a file there, and says why that failed. */
    static final class RefusedMain {
        private RefusedMain() {}

        @SuppressWarnings("SystemOut") // that is its answer
        public static void main(String[] arguments) {
            try (UnnamedFile file = UnnamedFile.create(Path.of(arguments[0]), 0600, "born")) {
                System.out.println(file.link(Path.of(arguments[0], "name")));
            } catch (ErrnoException refused) {
                System.out.println(refused.problem() + " " + refused.call());
            }
        }
    }

    @Test
    void whoMayNotWriteThereIsTold(@TempDir Path jars) throws Exception {
        // given
        Path closed = Files.createDirectory(folder.resolve("closed"));
        JavaProgram program = JavaProgram.of(RefusedMain.class).packedInto(jars);
        var _ = Foreign.shell("chmod 755 " + folder + " " + closed);

        // when
        String said = Foreign.output(JavaProgram.asNobody(program.command(closed.toString())));

        // then
        assertThat(said).isEqualTo("DENIED open\n");
        assertThat(closed).isEmptyDirectory();
    }

    @Test
    void contentAndSizeAreThereWithTheName() throws Exception {
        // given
        byte[] content = Payload.bytes(3, 100_000);
        Path name = folder.resolve("name");
        try (UnnamedFile file = born(false)) {
            FileSpace.reserve(file.descriptor(), 0, content.length, "born");
            try (SharedMapping mapping =
                    SharedMapping.map(file.descriptor(), content.length, SharedMapping.Options.WRITABLE, "born")) {
                MemorySegment.copy(content, 0, mapping.segment(), ValueLayout.JAVA_BYTE, 0, content.length);
            }

            // when
            assertThat(file.link(name)).isTrue();
        }

        // then
        assertThat(name).hasBinaryContent(content);
    }
}
