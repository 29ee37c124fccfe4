package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.memory.BroadcastStat;
import dev.naru.memory.Identity;
import dev.naru.memory.RingStat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import tools.jackson.core.JsonGenerator;

/** What a ring of either kind shows of itself. */
sealed interface RingView {
    /** Looks at it. */
    static RingView of(Address.Ring ring) throws IOException {
        return RingKinds.open(
                () -> {
                    try (RingStat stat = RingStat.open(ring)) {
                        return new ToOne(stat.read());
                    }
                },
                () -> {
                    try (BroadcastStat stat = BroadcastStat.open(ring)) {
                        return new ToMany(stat.read());
                    }
                });
    }

    /** Bytes that wait; of a broadcast ring, for the slowest of its living readers. */
    long backlog();

    /** Who receives, in one column. */
    String readerWords();

    /** Lines for people: what and its value. */
    List<List<String>> lines();

    /** What {@code naru top} compares. */
    TopSample.Reading reading();

    /** Its properties. */
    void write(JsonGenerator json);

    /** A ring. */
    record ToOne(RingStat.Snapshot shown) implements RingView {
        @Override
        public long backlog() {
            return shown.lanes().stream().mapToLong(RingStat.Lane::lag).sum();
        }

        @Override
        public String readerWords() {
            return Members.words(shown.reader());
        }

        @Override
        public List<List<String>> lines() {
            List<List<String>> lines = new ArrayList<>();
            lines.add(List.of(
                    "kind",
                    "to one reader, "
                            + (shown.lanes().size() == 1
                                    ? "1 lane of "
                                    : shown.lanes().size() + " lanes of ") + shown.laneBytes() + " B"));
            lines.add(List.of("reader", shown.reader().toString()));
            for (int number = 0; number < shown.lanes().size(); number++) {
                RingStat.Lane lane = shown.lanes().get(number);
                lines.add(List.of(
                        "lane " + number,
                        "%s; sent %d, received %d, full %d, takeovers %d, lag %d B"
                                .formatted(
                                        lane.producer(),
                                        lane.sent(),
                                        lane.received(),
                                        lane.full(),
                                        lane.takeovers(),
                                        lane.lag())));
            }
            return lines;
        }

        @Override
        public TopSample.Reading reading() {
            List<Identity> members = new ArrayList<>(
                    shown.lanes().stream().map(RingStat.Lane::producer).toList());
            members.add(shown.reader());
            return new TopSample.Reading(
                    OptionalLong.of(shown.lanes().stream()
                            .mapToLong(RingStat.Lane::sent)
                            .sum()),
                    OptionalLong.of(shown.lanes().stream()
                            .mapToLong(RingStat.Lane::position)
                            .sum()),
                    OptionalLong.of(backlog()),
                    OptionalLong.empty(),
                    TopSample.Reading.dead(members));
        }

        @Override
        public void write(JsonGenerator json) {
            json.writeStringProperty("kind", "ring");
            json.writeNumberProperty("laneBytes", shown.laneBytes());
            json.writeNumberProperty("backlog", backlog());
            Members.write(json, "reader", shown.reader());
            json.writeArrayPropertyStart("lanes");
            for (RingStat.Lane lane : shown.lanes()) {
                json.writeStartObject();
                Members.write(json, "producer", lane.producer());
                json.writeNumberProperty("sent", lane.sent());
                json.writeNumberProperty("received", lane.received());
                json.writeNumberProperty("full", lane.full());
                json.writeNumberProperty("takeovers", lane.takeovers());
                json.writeNumberProperty("position", lane.position());
                json.writeNumberProperty("lag", lane.lag());
                json.writeEndObject();
            }
            json.writeEndArray();
        }
    }

    /** A broadcast ring. */
    record ToMany(BroadcastStat.Snapshot shown) implements RingView {
        @Override
        public long backlog() {
            return shown.readers().stream()
                    .filter(reader -> reader.reader().alive())
                    .mapToLong(BroadcastStat.Reader::lag)
                    .max()
                    .orElse(0);
        }

        @Override
        public String readerWords() {
            return shown.readers().isEmpty()
                    ? "-"
                    : shown.readers().stream()
                            .map(reader -> Members.words(reader.reader()))
                            .collect(Collectors.joining(","));
        }

        @Override
        public List<List<String>> lines() {
            List<List<String>> lines = new ArrayList<>();
            lines.add(List.of("kind", "broadcast, " + shown.bytes() + " B"));
            lines.add(List.of(
                    "producer",
                    "%s; sent %s, takeovers %d"
                            .formatted(shown.producer(), shown.sent() < 0 ? "?" : shown.sent(), shown.takeovers())));
            for (BroadcastStat.Reader reader : shown.readers()) {
                lines.add(List.of(
                        "reader",
                        "%s; received %d, missed %d, lag %d B"
                                .formatted(reader.reader(), reader.received(), reader.missed(), reader.lag())));
            }
            return lines;
        }

        @Override
        public TopSample.Reading reading() {
            List<Identity> members = new ArrayList<>(
                    shown.readers().stream().map(BroadcastStat.Reader::reader).toList());
            members.add(shown.producer());
            return new TopSample.Reading(
                    shown.sent() < 0 ? OptionalLong.empty() : OptionalLong.of(shown.sent()),
                    OptionalLong.empty(),
                    OptionalLong.of(backlog()),
                    OptionalLong.empty(),
                    TopSample.Reading.dead(members));
        }

        @Override
        public void write(JsonGenerator json) {
            json.writeStringProperty("kind", "broadcast");
            json.writeNumberProperty("bytes", shown.bytes());
            json.writeNumberProperty("backlog", backlog());
            Members.write(json, "producer", shown.producer());
            json.writeNumberProperty("sent", shown.sent());
            json.writeNumberProperty("takeovers", shown.takeovers());
            json.writeNumberProperty("position", shown.position());
            json.writeArrayPropertyStart("readers");
            for (BroadcastStat.Reader reader : shown.readers()) {
                json.writeStartObject();
                Members.write(json, "reader", reader.reader());
                json.writeNumberProperty("received", reader.received());
                json.writeNumberProperty("missed", reader.missed());
                json.writeNumberProperty("lag", reader.lag());
                json.writeEndObject();
            }
            json.writeEndArray();
        }
    }
}
