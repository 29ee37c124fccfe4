package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.linux.FileStatus;
import dev.naru.linux.Problem;
import dev.naru.topics.Damage;
import dev.naru.topics.Header;
import dev.naru.topics.LogBatch;
import dev.naru.topics.LogDump;
import dev.naru.topics.TopicRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import tools.jackson.core.JsonGenerator;

/** {@code naru topic dump}. */
@Command(
        name = "dump",
        description = {
            "Print the record batches of a topic as they lie in its files, in the words of Kafka's kafka-dump-log.",
            "Exit status 1 when a batch is damaged."
        })
final class TopicDump implements Callable<Integer> {
    private final Context context;

    @Mixin
    private StoreOption store = new StoreOption();

    @Parameters(
            arity = "1",
            paramLabel = "TOPIC|FILE",
            description =
                    "A topic, as in the other commands; or a file of a log, of Kafka's too: what has a slash and no #.")
    private String what = "";

    @Option(
            names = {"-p", "--partition"},
            paramLabel = "N",
            description = "Only that partition.")
    private @Nullable Integer partition;

    @Option(
            names = {"-r", "--records"},
            description = "Their records too.")
    private boolean records;

    @Option(names = "--json", description = "One JSON object a line and batch.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli sets it

    private boolean damaged;
    private @Nullable Path file;

    TopicDump(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, CliException {
        try {
            if (what.contains("/") && !what.contains("#")) {
                Path named = Path.of(what);
                if (FileStatus.of(named).type() != FileStatus.Type.REGULAR) {
                    throw new CliException(Problem.NOT_A_FILE, what);
                }
                LogDump.of(named, listener());
            } else {
                try (OpenTopic opened = store.open(context, topic())) {
                    for (int number : opened.partitions(partition)) {
                        LogDump.of(opened.topic(), number, listener());
                    }
                }
            }
        } catch (Messages.Lost lost) {
            throw lost.inWords();
        }
        context.requireOutput();
        return damaged ? TopicVerify.DAMAGED : 0;
    }

    private Address.Topic topic() {
        try {
            return new TopicPlace().convert(what);
        } catch (TypeConversionException wrong) {
            throw new ParameterException(
                    spec.commandLine(), "Invalid value for TOPIC|FILE: " + wrong.getMessage(), wrong);
        }
    }

    private LogDump.Listener listener() {
        return new LogDump.Listener() {
            @Override
            public void onBatch(LogBatch batch, List<TopicRecord> found) {
                damaged |= !batch.sound();
                if (json) {
                    new JsonLines(context.out()).line(body -> write(body, batch, found));
                } else {
                    print(batch, found);
                }
                requireOutput();
            }

            @Override
            public void onDamage(Damage damage) {
                damaged = true;
                if (json) {
                    new JsonLines(context.out()).line(body -> {
                        body.writeStringProperty("file", damage.file().toString());
                        body.writeNumberProperty("position", damage.position());
                        body.writeStringProperty("damage", damage.found());
                    });
                } else {
                    context.out().println("damaged: " + Escapes.ofWords(damage.toString()));
                }
            }
        };
    }

    /** Nobody waits for the rest when its reader has gone. */
    private void requireOutput() {
        if (context.out().checkError()) {
            throw new Messages.Lost(StandardOutput.failure(context.out()));
        }
    }

    private void print(LogBatch batch, List<TopicRecord> found) {
        if (!batch.file().equals(file)) {
            file = batch.file();
            context.out().println("Dumping " + Escapes.ofWords(batch.file().toString()));
        }
        String time = batch.logTime() ? "LogAppendTime" : "CreateTime";
        context.out()
                .println("baseOffset: " + batch.baseOffset() + " lastOffset: " + batch.lastOffset() + " count: "
                        + batch.count() + " baseSequence: " + batch.sequence() + " lastSequence: " + lastSequence(batch)
                        + " producerId: " + batch.producerId() + " producerEpoch: " + batch.producerEpoch()
                        + " partitionLeaderEpoch: " + batch.leaderEpoch() + " isTransactional: "
                        + batch.transactional() + " isControl: " + batch.control() + " position: " + batch.position()
                        + " " + time + ": " + batch.highestTimestamp() + " size: " + batch.size()
                        + " magic: 2 compresscodec: " + batch.codec() + " crc: "
                        + Integer.toUnsignedLong(batch.crc()) + " isvalid: " + batch.sound());
        if (records) {
            for (TopicRecord record : found) {
                print(record, time);
            }
        }
    }

    private void print(TopicRecord record, String time) {
        String headers = record.headers().stream().map(Header::name).collect(Collectors.joining(",", "[", "]"));
        context.out()
                .println("| offset: " + record.offset() + " " + time + ": " + record.timestamp() + " keySize: "
                        + size(record.keyBytes()) + " valueSize: " + size(record.valueBytes()) + " headerKeys: "
                        + Escapes.ofWords(headers) + text(" key: ", record.key()) + text(" payload: ", record.value()));
    }

    private static int size(byte @Nullable [] bytes) {
        return bytes == null ? -1 : bytes.length;
    }

    private static String text(String name, @Nullable String text) {
        return text == null ? "" : name + Escapes.ofWords(text);
    }

    private static int lastSequence(LogBatch batch) {
        return batch.sequence() < 0
                ? batch.sequence()
                : (int) (((long) batch.sequence() + batch.lastOffset() - batch.baseOffset()) & Integer.MAX_VALUE);
    }

    private void write(JsonGenerator body, LogBatch batch, List<TopicRecord> found) {
        body.writeStringProperty("file", batch.file().toString());
        body.writeNumberProperty("position", batch.position());
        body.writeNumberProperty("size", batch.size());
        body.writeNumberProperty("baseOffset", batch.baseOffset());
        body.writeNumberProperty("lastOffset", batch.lastOffset());
        body.writeNumberProperty("count", batch.count());
        body.writeNumberProperty("firstTimestamp", batch.firstTimestamp());
        body.writeNumberProperty("highestTimestamp", batch.highestTimestamp());
        body.writeStringProperty("timestampType", batch.logTime() ? "LogAppendTime" : "CreateTime");
        body.writeStringProperty("codec", batch.codec());
        body.writeNumberProperty("producerId", batch.producerId());
        body.writeNumberProperty("producerEpoch", batch.producerEpoch());
        body.writeNumberProperty("sequence", batch.sequence());
        body.writeNumberProperty("leaderEpoch", batch.leaderEpoch());
        body.writeBooleanProperty("transactional", batch.transactional());
        body.writeBooleanProperty("control", batch.control());
        body.writeNumberProperty("crc", Integer.toUnsignedLong(batch.crc()));
        body.writeBooleanProperty("sound", batch.sound());
        if (records) {
            body.writeArrayPropertyStart("records");
            for (TopicRecord record : found) {
                body.writeStartObject();
                JsonRecords.write(body, record);
                body.writeEndObject();
            }
            body.writeEndArray();
        }
    }
}
