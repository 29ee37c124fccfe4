package dev.naru.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import dev.naru.memory.Waiting;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a flight recorder is told of topics and groups, and only when it asks. */
@ExtendWith(NoLeaks.class)
class GroupEventsTest {
    private static final List<String> NAMES =
            List.of("dev.naru.Append", "dev.naru.Wait", "dev.naru.Wake", "dev.naru.Rebalance");

    @TempDir
    Path folder;

    private List<RecordedEvent> record(boolean on) throws Exception {
        Path file = folder.resolve(on ? "on.jfr" : "off.jfr");
        try (Recording recording = new Recording();
                Store store = Store.openOrCreate(folder.resolve("store"));
                Topic topic = store.openOrCreate("t", TopicSpec.partitions(1))) {
            if (on) {
                NAMES.forEach(recording::enable);
            }
            recording.start();
            try (Cursor cursor = topic.read(Start.latest(), Waiting.park());
                    GroupMember member = topic.join("g")) {
                var poll = Task.start(ThreadKind.PLATFORM, cursor::poll).awaitInFutex();
                var _ = topic.append("k", "value");
                assertThat(poll.result()).hasSize(1);
                assertThat(member.poll()).isNotEmpty();
            }
            recording.stop();
            recording.dump(file);
        }
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().startsWith("dev.naru."))
                .toList();
    }

    private static RecordedEvent only(List<RecordedEvent> events, String name) {
        List<RecordedEvent> found = events.stream()
                .filter(event -> event.getEventType().getName().equals(name))
                .toList();
        assertThat(found).as(name).isNotEmpty();
        return found.getFirst();
    }

    @Test
    void whoAsksIsTold() throws Exception {
        List<RecordedEvent> events = record(true);
        RecordedEvent append = only(events, "dev.naru.Append");
        assertThat(append.getString("partition")).isEqualTo("t-0");
        assertThat(append.getLong("offset")).isZero();
        assertThat(append.getInt("records")).isEqualTo(1);
        assertThat(append.getInt("bytes")).isGreaterThan(61);
        assertThat(only(events, "dev.naru.Wait").getInt("partitions")).isEqualTo(1);
        assertThat(only(events, "dev.naru.Wake").getInt("sleepers")).isPositive();
        RecordedEvent rebalance = only(events, "dev.naru.Rebalance");
        assertThat(rebalance.getString("group")).isEqualTo("g");
        assertThat(rebalance.getInt("gained")).isEqualTo(1);
    }

    @Test
    void whoDoesNotAskIsNot() throws Exception {
        assertThat(record(false)).isEmpty();
    }
}
