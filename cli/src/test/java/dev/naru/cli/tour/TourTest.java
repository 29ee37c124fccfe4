package dev.naru.cli.tour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.cli.testing.Json;
import dev.naru.cli.testing.Naru;
import dev.naru.cli.testing.Program.Result;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Payload;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code naru tour}, from the first process to the last line. */
@ExtendWith(NoLeaks.class)
class TourTest {
    private static final List<String> PROPERTIES =
            List.of("mechanism", "bytes", "mbPerSecond", "rttP50Ns", "rttP99Ns", "verified", "object");

    private static final List<String> MECHANISMS = List.of(
            "pipe",
            "fifo",
            "sysv",
            "mq",
            "unix",
            "tcp",
            "shm",
            "sem",
            "ring-busy",
            "ring-parked",
            "topic",
            "group",
            "rpc");

    @TempDir
    private Path folder;

    private Result tour(String... arguments) throws Exception {
        try (Tour tour = Tour.start(folder, arguments)) {
            Result result = tour.program().end();
            tour.assertNothingLeft();
            return result;
        }
    }

    private static void assertMeasured(Map<String, Object> row, String mechanism, long bytes) {
        assertThat(row.keySet()).containsExactlyElementsOf(PROPERTIES);
        assertThat(row)
                .containsEntry("mechanism", mechanism)
                .containsEntry("bytes", bytes)
                .containsEntry("verified", true);
        assertThat(((Number) row.get("mbPerSecond")).doubleValue()).isNotNegative();
        assertThat((Long) row.get("rttP50Ns")).isPositive();
        assertThat((Long) row.get("rttP99Ns")).isGreaterThanOrEqualTo((Long) row.get("rttP50Ns"));
        assertThat((String) row.get("object"))
                .matches(
                        switch (mechanism) {
                            case "pipe" -> "pipe:\\[\\d+] fd 3 -> fd 4";
                            case "fifo" -> "fifo:/.+/there inode \\d+";
                            case "unix" -> "unix:/.+/socket inode \\d+";
                            case "tcp" -> "tcp:127[.]0[.]0[.]1:[1-9]\\d*";
                            case "sysv" -> "msqid \\d+";
                            case "mq" -> "mq:/naru-tour-\\d+.there inode \\d+";
                            case "sem" -> "memfd inode \\d+, sem:/naru-tour-\\d+.filled.0";
                            case "shm" -> "memfd inode \\d+, lock in memfd inode \\d+";
                            case "topic" -> "topic:/.+/store#there inode \\d+";
                            case "rpc" -> "rpc:/.+/calls inode \\d+";
                            case "group" -> "topic:/.+/store#there inode \\d+, 2 partitions";
                            default -> "ring in memfd inode \\d+";
                        });
    }

    @Test
    void withoutAFileTheStartOfTheJdkCrosses() throws Exception {
        // when
        Result result = tour("--json", "--only", "fifo");

        // then
        Map<String, Object> row = Json.line(result.endedWith(0).out().strip());
        assertMeasured(row, "fifo", 64 << 20);
        assertThat((Double) row.get("mbPerSecond")).isPositive();
    }

    @Test
    @Timeout(value = 2, unit = TimeUnit.MINUTES) // every stop, one after the other
    void peopleGetATableAnAdviceAndTheWayInPlainLines() throws Exception {
        // given
        var _ = Files.write(folder.resolve("file"), Payload.bytes(1, 4 << 20));

        // when
        Result result = tour("file");

        // then
        List<String> lines = result.endedWith(0).out().lines().toList();
        assertThat(lines).hasSize(MECHANISMS.size() + 2);
        assertThat(lines.get(0)).matches("mechanism +what it is +MB/s +p50 +p99 +verified +kernel object");
        assertThat(lines.get(1)).matches(row("pipe", "anonymous pipe, between relatives", "pipe:\\[.*"));
        assertThat(lines.get(2)).matches(row("fifo", "named pipe, between any processes", "fifo:/.*"));
        assertThat(lines.get(3)).matches(row("sysv", "System V message queue", "msqid \\d+"));
        assertThat(lines.get(4)).matches(row("mq", "POSIX message queue", "mq:/.* inode \\d+"));
        assertThat(lines.get(5)).matches(row("unix", "Unix socket, within one machine", "unix:/.*/socket inode \\d+"));
        assertThat(lines.get(6)).matches(row("tcp", "TCP socket, here on 127.0.0.1", "tcp:127.0.0.1:\\d+"));
        assertThat(lines.get(7)).matches(row("shm", "shared memory, a lock for turn", "memfd inode .*"));
        assertThat(lines.get(8)).matches(row("sem", "shared memory, semaphores for turn", "memfd inode .*, sem:/.*"));
        assertThat(lines.get(9)).matches(row("ring-busy", "ring, who waits looks all the time", "ring in memfd .*"));
        assertThat(lines.get(10)).matches(row("ring-parked", "ring, who waits sleeps", "ring in memfd .*"));
        assertThat(lines.get(11)).matches(row("topic", "log in a file, with no server", "topic:/.*#there inode \\d+"));
        assertThat(lines.get(12)).matches(row("group", "topic that a group of two reads", "topic:/.*, 2 partitions"));
        assertThat(lines.get(13)).matches(row("rpc", "gRPC, calls through shared memory", "rpc:/.*/calls inode \\d+"));
        assertThat(lines.get(14)).matches("on this machine: (" + String.join("|", MECHANISMS) + ") .*\\d.*");
        assertThat(result.err().lines())
                .containsExactlyElementsOf(Stream.concat(
                                Stream.of("file: its SHA-256"),
                                MECHANISMS.stream()
                                        .flatMap(each ->
                                                Stream.of(each + ": two processes start", each + ": ping-pong")))
                        .toList());
    }

    private static String row(String mechanism, String description, String object) {
        return mechanism + " +" + description + " +[\\d,]+ +[\\d.]+ µs +[\\d.]+ µs +yes +" + object;
    }

    @ParameterizedTest
    @CsvSource({"fifo, fifo", "'fifo,pipe', fifo pipe", "'topic,shm,unix', topic shm unix"})
    void onlyWhatWasAskedForIsVisitedInThatOrder(String only, String visited) throws Exception {
        // given
        var _ = Files.write(folder.resolve("file"), Payload.bytes(1, 100_000));

        // when
        Result result = tour("--json", "--only", only, "file");

        // then
        assertThat(Json.lines(result.endedWith(0).out()))
                .extracting(row -> row.get("mechanism"))
                .containsExactly((Object[]) visited.split(" ", -1));
    }

    /** Nothing by each mechanism; a byte, and one more than a piece, by each way in which a file is cut into pieces. */
    @ParameterizedTest
    @CsvSource({
        "0, 'pipe,fifo,sysv,mq,unix,tcp'",
        "0, 'shm,sem,ring-busy,ring-parked,topic,group,rpc'",
        "1, 'pipe,mq,shm,rpc'",
        "65537, 'pipe,mq,unix,shm,ring-parked,group,rpc'"
    })
    void aSmallFileIsVerifiedToo(int length, String mechanisms) throws Exception {
        assertVerified(length, List.of(mechanisms.split(",", -1)));
    }

    private void assertVerified(int length, List<String> mechanisms) throws Exception {
        // given
        var _ = Files.write(folder.resolve("file"), Payload.bytes(1, length));

        // when
        Result result = tour("--json", "--only", String.join(",", mechanisms), "file");

        // then
        List<Map<String, Object>> rows = Json.lines(result.endedWith(0).out());
        assertThat(rows).hasSize(mechanisms.size());
        for (int i = 0; i < rows.size(); i++) {
            assertMeasured(rows.get(i), mechanisms.get(i), length);
        }
    }

    @Test
    void noSpeedIsToldOfAFileThatIsTooSmallToMeasure() throws Exception {
        // given
        var _ = Files.write(folder.resolve("file"), Payload.bytes(1, 1));

        // when
        Result result = tour("--only", "pipe", "file");

        // then
        List<String> lines = result.endedWith(0).out().lines().toList();
        assertThat(lines.get(1)).matches("pipe +anonymous pipe, between relatives +- +[\\d.]+ µs .*");
        assertThat(lines.getLast()).startsWith("on this machine:");
        assertThat(result.out()).doesNotContain("0 MB/s", " 0 KiB", "NaN", "Infinity");
    }

    /** The slow one: half a gigabyte is hashed and sent, in three mappings of which only the first is timed. */
    @Test
    @Tag("slow")
    void aFileLargerThanTheTimedPartIsSentAndVerifiedWhole() throws Exception {
        // given
        long length = (512L << 20) + 1234;
        Path file = Tour.sparseFile(folder.resolve("file"), length);

        // when
        Result result = tour("--json", "--only", "fifo", file.toString());

        // then
        assertMeasured(Json.line(result.endedWith(0).out().strip()), "fifo", length);
    }

    /** By those mechanisms that have a name which two could give. */
    @Test
    void twoToursAtOnceDoNotMeet() throws Exception {
        // given
        var _ = Files.write(folder.resolve("file"), Payload.bytes(1, 1 << 20));
        List<String> named = List.of("fifo", "mq", "unix", "tcp", "sem", "topic");
        String[] line = {"--json", "--only", String.join(",", named), "file"};

        // when
        try (Tour one = Tour.start(folder, line);
                Tour other = Tour.start(folder, line)) {

            // then
            assertThat(Json.lines(one.program().end().endedWith(0).out())).hasSize(named.size());
            assertThat(Json.lines(other.program().end().endedWith(0).out())).hasSize(named.size());
            one.assertNothingLeft();
        }
    }

    @Test
    void aFileThatIsMissingIsAnError() throws Exception {
        // when
        Result result = tour("missing");

        // then
        assertThat(result.failed(65, "not-found").err()).contains("missing: there is no such file");
    }

    @ParameterizedTest
    @ValueSource(strings = {".", "/dev/null", "/dev/zero"})
    void whatIsNoRegularFileIsAnError(String path) throws Exception {
        // when
        Result result = tour(path);

        // then
        assertThat(result.failed(65, "not-a-file").err()).contains(path + ": it is no regular file", "'ls -ld PATH'");
    }

    @Test
    void aTemporaryDirectoryThatIsMissingIsAnError() throws Exception {
        // given
        var _ = Files.writeString(folder.resolve("file"), "hello");

        // when
        Result result = Naru.naru(Naru.java().option("-Djava.io.tmpdir=" + folder.resolve("missing")), "tour", "file")
                .in(folder)
                .run();

        // then
        assertThat(result.endedWith(65).err()).contains("naru: " + folder.resolve("missing"), "code: not-found");
        assertThat(result.out()).isEmpty();
    }
}
