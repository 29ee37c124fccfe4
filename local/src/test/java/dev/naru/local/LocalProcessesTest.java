package dev.naru.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.Namespaces;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.ProcessState;
import dev.naru.local.testing.FarClient;
import dev.naru.memory.testing.Talk;
import dev.naru.topics.Store;
import dev.naru.topics.Topic;
import dev.naru.topics.TopicSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What clients promise each other between processes, when they live, are stopped and are killed. */
@ExtendWith(NoLeaks.class)
@Timeout(value = 3, unit = TimeUnit.MINUTES) // JVMs start
class LocalProcessesTest {
    private static final Duration LONG = Duration.ofMinutes(3);
    private static final int KILLS = 6;

    @TempDir
    Path folder;

    private void create(int partitions) throws Exception {
        try (Store store = Store.create(folder);
                Topic topic = store.create("t", TopicSpec.partitions(partitions))) {
            assertThat(topic.spec().partitions()).isEqualTo(partitions);
        }
    }

    private List<String> all(int partitions) {
        List<String> all = new ArrayList<>();
        List<TopicPartition> places = IntStream.range(0, partitions)
                .mapToObj(number -> new TopicPartition("t", number))
                .toList();
        try (Consumer<String, String> consumer = new LocalConsumer<>(Clients.consuming(folder))) {
            consumer.assign(places);
            while (places.stream().anyMatch(each -> consumer.currentLag(each).orElseThrow() > 0)) {
                consumer.poll(LONG).forEach(record -> all.add(record.value()));
            }
        }
        return all;
    }

    @Test
    void whatWasAnsweredIsThereOnceHoweverOftenProducersAreKilled() throws Exception {
        create(1);
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        Map<String, Integer> answered = new LinkedHashMap<>();
        for (int kill = 0; kill < KILLS; kill++) {
            String name = "p" + kill;
            try (Talk far = Talk.start(FarClient.command("produce", folder, name))) {
                int most = 1 + random.nextInt(2_000);
                for (int i = 0; i < most; i++) {
                    assertThat(far.line()).startsWith(name + " " + i + " ");
                }
                far.kill();
                answered.put(name, most);
            }
        }

        List<String> there = all(1);

        answered.forEach((name, most) -> {
            List<String> its =
                    there.stream().filter(value -> value.startsWith(name + " ")).toList();
            assertThat(its).hasSizeGreaterThanOrEqualTo(most);
            assertThat(its)
                    .containsExactlyElementsOf(IntStream.range(0, its.size())
                            .mapToObj(i -> name + " " + i)
                            .toList());
        });
    }

    @Test
    void aConsumerElsewhereReadsWhatIsSentHere() throws Exception {
        create(1);
        try (Talk far = Talk.start(FarClient.command("consume", folder, "g"));
                Producer<String, String> producer = new LocalProducer<>(Clients.producing(folder))) {
            var _ = producer.send(new ProducerRecord<>("t", "k", "first"));
            assertThat(far.line()).isEqualTo("0 first");
            assertThat(far.line()).isEqualTo("polled");
            var _ = far.say("");
            assertThat(far.line()).isEqualTo("committed");
            var _ = far.say("");
            var _ = producer.send(new ProducerRecord<>("t", "k", "second")); // it sleeps, or is about to
            assertThat(far.line()).isEqualTo("0 second");
        }
    }

    @Test
    void whatAKilledMemberHadGoesToTheOthersFromItsLastCommitOn() throws Exception {
        create(4);
        int many = 400;
        try (Producer<String, String> producer = new LocalProducer<>(Clients.producing(folder))) {
            for (int i = 0; i < many; i++) {
                var _ = producer.send(new ProducerRecord<>("t", i % 4, null, "v" + i));
            }
        }
        Set<String> committed = new HashSet<>();
        Set<String> all = new HashSet<>();
        List<String> ours = new ArrayList<>();
        try (Talk far = Talk.start(FarClient.command("consume", folder, "g"))) {
            List<String> since = new ArrayList<>();
            boolean isInTheMiddle = false;
            while (!isInTheMiddle) {
                String line = far.line();
                switch (line) {
                    case "polled" -> isInTheMiddle = committed.size() >= 50;
                    case "committed" -> {
                        committed.addAll(since);
                        since.clear();
                    }
                    default -> {
                        since.add(line.substring(2));
                        all.add(line.substring(2));
                    }
                }
                if (!isInTheMiddle && !line.contains(" ")) {
                    var _ = far.say("");
                }
            }
            assertThat(since).isNotEmpty();
            far.kill();
        }
        try (Consumer<String, String> consumer =
                new LocalConsumer<>(Clients.consuming(folder, ConsumerConfig.GROUP_ID_CONFIG, "g"))) {
            consumer.subscribe(List.of("t"));
            while (ours.size() < many - committed.size()) {
                for (ConsumerRecord<String, String> record : consumer.poll(LONG)) {
                    ours.add(record.value());
                    all.add(record.value());
                }
            }
        }
        assertThat(all).hasSize(many);
        assertThat(ours)
                .hasSize(many - committed.size())
                .doesNotHaveDuplicates()
                .doesNotContainAnyElementsOf(committed);
    }

    @Test
    void oneThatIsStoppedInTheMiddleOfAnAppendHoldsAProducerUpForItsDeliveryTimeoutOnly() throws Exception {
        create(2);
        try (Talk far = Talk.start(FarClient.command("claim", folder, ""))) {
            assertThat(far.line()).isEqualTo("claimed");
            Foreign.signal("STOP", far.pid());
            ProcessState.awaitState(far.pid(), 'T');
            Map<String, Object> config = Clients.producing(
                    folder,
                    ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                    100,
                    ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                    90,
                    ProducerConfig.LINGER_MS_CONFIG,
                    0);
            try (Producer<String, String> producer = new LocalProducer<>(config)) {
                var held = producer.send(new ProducerRecord<>("t", 0, null, "held"));
                assertThatThrownBy(held::get)
                        .hasCauseInstanceOf(TimeoutException.class)
                        .hasMessageContaining("stopped");
                assertThatThrownBy(() -> producer.send(new ProducerRecord<>("t", 0, null, "held"))
                                .get())
                        .hasCauseInstanceOf(TimeoutException.class);
                far.kill();
            }
            try (Producer<String, String> producer = new LocalProducer<>(Clients.producing(folder))) {
                assertThat(producer.send(new ProducerRecord<>("t", 0, null, "free"))
                                .get()
                                .offset())
                        .isZero();
            }
        }
        assertThat(all(2)).containsExactly("free");
    }

    @Test
    void aFullDiskIsToldAndSendingGoesOnWhenThereIsRoom() throws Exception {
        Namespaces.require(List.of("unshare", "-m", "true"));
        String mount =
                "mount -t tmpfs -o size=4m none \"$1\" && head -c 1m /dev/zero >\"$1/ballast\" && shift && exec \"$@\"";
        List<String> command = new ArrayList<>(List.of("unshare", "-m", "sh", "-c", mount, "sh", folder.toString()));
        command.addAll(FarClient.command("fill", folder, ""));

        List<String> said = Foreign.output(command)
                .lines()
                .filter(line -> !line.startsWith("SLF4J")) // of Kafka's clients
                .toList();

        assertThat(said.getFirst()).isEqualTo("KafkaStorageException");
        assertThat(said.get(1)).contains("there is no room for").contains(folder.toString());
        assertThat(said.get(2)).isEqualTo("one more 1");
    }
}
