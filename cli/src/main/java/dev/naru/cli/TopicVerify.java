package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.topics.Damage;
import dev.naru.topics.LogCheck;
import dev.naru.topics.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JsonGenerator;

/** {@code naru topic verify}. */
@Command(
        name = "verify",
        description = {
            "Look through topics, by default all of the store: every CRC, offset, record and entry of an index.",
            "File and position of what is damaged are printed, and the exit status is 1 then. Nothing is changed; others may"
                    + " append meanwhile."
        })
final class TopicVerify implements Callable<Integer> {
    /** That something is damaged: it is no failure of the command. */
    static final int DAMAGED = 1;

    private static final Set<Problem> DAMAGES =
            Set.of(Problem.WRONG_KIND, Problem.FILE_TOO_SHORT, Problem.BAD_SETTING, Problem.DAMAGED_LOG);

    private static final String FORM = "%-8s %9s %12s %12s %14s %s%n";

    private final Context context;

    @Mixin
    private StoreOption store = new StoreOption();

    @Parameters(
            arity = "0..*",
            paramLabel = "TOPIC",
            description = TopicPlace.DESCRIPTION + " By default all of the store.",
            converter = TopicPlace.class)
    private List<Address.Topic> topics = new ArrayList<>();

    @Option(names = "--json", description = "One JSON object a line and partition.")
    private boolean json;

    private boolean damaged;
    private boolean headed;

    TopicVerify(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, CliException {
        List<Address.Topic> wanted = topics.isEmpty() ? all(store.folder(context)) : topics;
        int refused = Removal.each(context, wanted, this::verify); // the others are looked at all the same
        context.requireOutput();
        return refused == 0 && damaged ? DAMAGED : refused;
    }

    private static List<Address.Topic> all(Path folder) throws IOException {
        try (Store opened = Store.open(folder)) {
            return opened.topics().stream()
                    .map(name -> new Address.Topic(folder, name))
                    .toList();
        }
    }

    private void verify(Address.Topic named) throws IOException, CliException {
        try (OpenTopic opened = store.open(context, named)) {
            for (int number : opened.partitions(null)) {
                try {
                    tell(opened, LogCheck.of(opened.topic(), number));
                } catch (ErrnoException refused) {
                    tell(opened.address(), number, refused);
                }
            }
        } catch (ErrnoException refused) {
            tell(named.orIn(store.folder(context)), -1, refused);
        }
    }

    private void tell(OpenTopic opened, LogCheck check) throws CliException {
        damaged |= !check.isSound();
        if (json) {
            new JsonLines(context.out()).line(body -> write(body, opened, check));
        } else {
            print(opened, check);
        }
        context.requireOutput();
    }

    /** One that cannot be opened, if that is since it is damaged. */
    private void tell(Address.Topic topic, int partition, ErrnoException refused) throws IOException, CliException {
        if (!DAMAGES.contains(refused.problem())) {
            throw refused;
        }
        damaged = true;
        String found = refused.summary();
        if (json) {
            new JsonLines(context.out()).line(body -> write(body, topic, partition, found));
        } else {
            head();
            String name = Escapes.of(topic.toString()) + (partition < 0 ? "" : " " + partition);
            context.out().printf(FORM, "damaged", "?", "?", "?", "?", name);
            context.out().println("  " + Escapes.ofWords(found));
        }
        context.requireOutput();
    }

    private void head() {
        if (!headed) {
            context.out().printf(FORM, "state", "segments", "batches", "records", "bytes", "topic and partition");
            headed = true;
        }
    }

    private void print(OpenTopic opened, LogCheck check) {
        head();
        context.out()
                .printf(
                        FORM,
                        check.isSound() ? "ok" : "damaged",
                        check.segments(),
                        check.batches(),
                        check.records(),
                        check.bytes(),
                        Escapes.of(opened.address().toString()) + " " + check.partition());
        for (Damage damage : check.damages()) {
            context.out().println("  " + Escapes.ofWords(damage.toString()));
        }
    }

    private static void write(JsonGenerator body, Address.Topic topic, int partition, String found) {
        body.writeStringProperty("address", topic.toString());
        if (partition >= 0) {
            body.writeNumberProperty("partition", partition);
        }
        body.writeBooleanProperty("sound", false);
        body.writeArrayPropertyStart("damages");
        body.writeStartObject();
        body.writeStringProperty("found", found);
        body.writeEndObject();
        body.writeEndArray();
    }

    private static void write(JsonGenerator body, OpenTopic opened, LogCheck check) {
        body.writeStringProperty("address", opened.address().toString());
        body.writeNumberProperty("partition", check.partition());
        body.writeBooleanProperty("sound", check.isSound());
        body.writeNumberProperty("segments", check.segments());
        body.writeNumberProperty("batches", check.batches());
        body.writeNumberProperty("records", check.records());
        body.writeNumberProperty("bytes", check.bytes());
        body.writeArrayPropertyStart("damages");
        for (Damage damage : check.damages()) {
            body.writeStartObject();
            body.writeStringProperty("file", damage.file().toString());
            body.writeNumberProperty("position", damage.position());
            body.writeStringProperty("found", damage.found());
            body.writeEndObject();
        }
        body.writeEndArray();
    }
}
