package dev.naru.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.naru.linux.Errno;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.memory.testing.Language;
import dev.naru.memory.testing.Talk;
import dev.naru.topics.testing.FarSide;
import dev.naru.topics.testing.GroupSide;
import dev.naru.topics.testing.Logs;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** C and Python at our groups, by {@code docs/layouts/naru_group.h} and {@code naru_group.py}. */
@ExtendWith(NoLeaks.class)
class GroupLanguagesTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final int MANY = 20_000;

    @TempDir
    Path folder;

    private Path data;
    private Store store;

    @BeforeEach
    void create() throws Exception {
        data = folder.resolve("store");
        store = Store.create(data);
        store.create("t", TopicSpec.partitions(3)).close();
        store.create("u", TopicSpec.partitions(1)).close();
    }

    @AfterEach
    void close() throws Exception {
        store.close();
    }

    private List<String> command(Language language, String verb, Object... more) throws Exception {
        List<Object> arguments = new ArrayList<>(List.of(verb, data));
        arguments.addAll(Arrays.asList(more));
        return language.program(FarSide.class, "group_peer", folder, arguments.toArray());
    }

    private List<String> said(Language language, String verb, Object... more) throws Exception {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "\"$@\" || true", "sh"));
        command.addAll(command(language, verb, more));
        return Foreign.output(command).lines().toList();
    }

    private static String refused(Errno errno) {
        return "refused " + errno.number();
    }

    private Path file(String name) {
        return data.resolve("groups").resolve(name + ".naru");
    }

    /** As {@link Group#describe} has it. */
    private static List<String> partitions(GroupStatus status) {
        List<String> lines = new ArrayList<>();
        for (GroupStatus.Partition each : status.partitions()) {
            Committed committed = each.committed().orElse(null);
            lines.add(each.id() + " " + each.owner() + " " + each.target() + " " + each.generation() + " "
                    + (committed == null
                            ? "-1 0 -1 "
                            : committed.offset() + " " + each.time().toEpochMilli() + " " + committed.leaderEpoch()
                                    + " " + committed.metadata()));
        }
        return lines;
    }

    @ParameterizedTest
    @EnumSource
    void itSeesWhatWeDo(Language language) throws Exception {
        String name = "billing/전체 1%";
        MemberSpec both = MemberSpec.topics("t", "u").withLabel("both").withLease(HOUR);
        MemberSpec one = MemberSpec.topics("t").withLabel("하나").withLease(Duration.ofMinutes(7));
        try (GroupMember first = store.join(name, both);
                GroupMember second = store.join(name, one);
                Group group = store.openOrCreateGroup(name)) {
            for (int round = 0; round < 3; round++) {
                var _ = first.tryPoll();
                var _ = second.tryPoll();
            }
            PartitionId id = first.assignment().iterator().next();
            first.commit(Map.of(id, new Committed(17, 3, "bis hierher: 여기까지")));

            List<String> said = said(language, "show", name);

            GroupStatus status = group.describe();
            assertThat(status.state()).isEqualTo("stable");
            assertThat(said.subList(0, 2))
                    .satisfiesExactlyInAnyOrder(
                            line -> assertThat(line)
                                    .startsWith("member " + first.id() + " ")
                                    .endsWith(" alive 3600000 both t u polled"),
                            line -> assertThat(line)
                                    .startsWith("member " + second.id() + " ")
                                    .endsWith(" alive 420000 하나 t polled"));
            assertThat(said.subList(2, said.size())).containsExactlyInAnyOrderElementsOf(partitions(status));
            assertThat(said).anySatisfy(line -> assertThat(line).endsWith(" 3 bis hierher: 여기까지"));
            store.openOrCreateGroup("another").close();
            assertThat(said(language, "names")).containsExactlyInAnyOrder(name, "another");
        }
    }

    @ParameterizedTest
    @EnumSource
    void itSeesWhoWasKilled(Language language) throws Exception {
        Path journal = folder.resolve("journal");
        try (Talk member = Talk.start(GroupSide.command(data, journal, HOUR, "usual"))) {
            assertThat(member.line()).startsWith("joined ");
            assertThat(member.line()).isEqualTo("assigned 3");
            List<String> alive = said(language, "show", "g");
            assertThat(alive.getFirst()).contains(" alive 3600000 ");

            member.kill();

            List<String> dead = said(language, "show", "g"); // nobody took it out yet
            assertThat(dead.getFirst()).isEqualTo(alive.getFirst().replace(" alive ", " dead "));
            assertThat(dead).hasSize(4).allSatisfy(line -> assertThat(line).matches("member .*|t-[012] [1-9].*"));
        }
    }

    /** An offset, its epoch and what goes with it are of one commit. */
    @ParameterizedTest
    @EnumSource
    void itSeesCommitsWhole(Language language) throws Exception {
        PartitionId id = new PartitionId("t", 0);
        try (Group group = store.openOrCreateGroup("g")) {
            group.commit(Map.of(id, new Committed(0, 0, "")));
            try (Talk far = Talk.start(command(language, "watch", "g", MANY))) {
                assertThat(far.line()).isEqualTo("watches");
                for (int offset = 1; offset <= MANY; offset++) {
                    String text = (offset + " ").repeat(offset % 400);
                    group.commit(Map.of(id, new Committed(offset, offset % 1000, text)));
                }
                assertThat(far.line()).isEqualTo("whole");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void itRefusesWhatIsNewerOrOfAnotherTimeOrGone(Language language) throws Exception {
        assertThat(said(language, "show", "g")).containsExactly(refused(Errno.ENOENT));
        try (Group group = store.openOrCreateGroup("g")) {
            group.commit(Map.of(new PartitionId("t", 0), Committed.offset(5)));
            Path file = file("g");
            byte[] sound = Files.readAllBytes(file);
            Logs.setWordOf(file, 8, 2);
            assertThat(said(language, "show", "g")).containsExactly(refused(Errno.EOPNOTSUPP));
            Logs.setWordOf(file, 8, 1);
            Logs.setWordOf(file, 40, 1);
            assertThat(said(language, "show", "g")).containsExactly(refused(Errno.ESTALE));
            restore(file, sound);
            Logs.setWordOf(file, 312, 1L << 32);
            assertThat(said(language, "show", "g")).containsExactly(refused(Errno.EBADMSG));
            restore(file, sound);
            Logs.setWordOf(file, 312, 16_384); // so many are not in the file
            assertThat(said(language, "show", "g")).containsExactly(refused(Errno.EBADMSG));
            restore(file, sound);
            Logs.setWordOf(file, 64, 1);
            assertThat(said(language, "show", "g")).containsExactly(refused(Errno.EIDRM));
            restore(file, sound);
            assertThat(said(language, "show", "g")).hasSize(3).first(STRING).startsWith("t-0 0 0 0 5 ");
        }
    }

    /** The words that were changed, in the same file. */
    private static void restore(Path file, byte[] sound) throws Exception {
        for (int at : new int[] {8, 40, 64, 312}) {
            Logs.setWordOf(
                    file,
                    at,
                    ByteBuffer.wrap(sound).order(ByteOrder.LITTLE_ENDIAN).getLong(at));
        }
    }
}
