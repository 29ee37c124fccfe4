package dev.naru.cli;

import static dev.naru.cli.testing.Naru.naru;
import static dev.naru.cli.testing.Naru.shell;
import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.cli.testing.Json;
import dev.naru.cli.testing.Program;
import dev.naru.cli.testing.Program.Result;
import dev.naru.linux.testing.Await;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.topics.Group;
import dev.naru.topics.GroupMember;
import dev.naru.topics.GroupStatus;
import dev.naru.topics.MemberSpec;
import dev.naru.topics.Store;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** {@code naru group}, and {@code naru topic consume --group}. */
@ExtendWith(NoLeaks.class)
class GroupCommandTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void create() throws Exception {
        var _ = run("naru topic create -p 2 orders && printf 'a\\nb\\n' | naru topic produce -p 0 orders"
                        + " && echo c | naru topic produce -p 1 orders")
                .succeeded();
    }

    private Result run(String line) throws Exception {
        return shell(line).in(folder).run();
    }

    private Result group(String... arguments) throws Exception {
        String[] words = new String[arguments.length + 1];
        words[0] = "group";
        System.arraycopy(arguments, 0, words, 1, arguments.length);
        return naru(words).in(folder).run();
    }

    @Test
    void aGroupGoesOnWhereItWas() throws Exception {
        assertThat(run("naru topic consume -e --group billing orders | sort")
                        .succeeded()
                        .out())
                .isEqualTo("a\nb\nc\n");
        var _ = run("echo d | naru topic produce -p 1 orders").succeeded();
        assertThat(run("naru topic consume -e -G billing orders").succeeded().out())
                .isEqualTo("d\n");
        assertThat(run("naru topic consume -e -G billing orders").succeeded().out())
                .isEmpty();
        assertThat(run("naru topic consume -t 1ms -G billing orders")
                        .endedWith(75)
                        .out())
                .isEmpty();
    }

    @Test
    void whatWasNotPrintedIsNotCommitted() throws Exception {
        assertThat(run("naru topic consume -c 1 -G billing orders | wc -l")
                        .succeeded()
                        .out()
                        .strip())
                .isEqualTo("1");
        assertThat(run("naru topic consume -e -G billing orders | wc -l")
                        .succeeded()
                        .out()
                        .strip())
                .isEqualTo("2");
    }

    @Test
    void groupsAreListedAndDescribed() throws Exception {
        assertThat(group("list").succeeded().out()).isEmpty();
        var _ = run("naru topic consume -c 1 -G billing orders").succeeded();
        assertThat(group("list").succeeded().out()).isEqualTo("""
                        state         members  partitions          lag group
                        empty               0           2            2 billing
                        """);
        Map<String, Object> listed =
                Json.line(group("list", "--json").succeeded().out().strip());
        assertThat(listed.keySet()).containsExactly("group", "state", "generation", "lag", "members", "partitions");
        assertThat(group("describe", "billing").succeeded().out())
                .startsWith("billing: empty, divided ")
                .containsPattern("(?m)^  orders-0 +1 +2 +1 +-")
                .containsPattern("(?m)^  orders-1 +0 +1 +1 +-");
        assertThat(group("describe", "missing").failed(65, "no-group").err()).contains("naru group list");
    }

    @Test
    void aMemberIsSeenByItsProcessAndNoMoreWhenItIsInterrupted() throws Exception {
        try (Program member = naru("topic", "consume", "--group", "billing", "--lease", "1h", "orders")
                        .in(folder)
                        .interruptible()
                        .start();
                Store store = Store.open(folder.resolve("data"))) {
            Await.until("it is a member", () -> store.groups().contains("billing"));
            try (Group billing = store.group("billing")) {
                Await.until("it has read all", () -> {
                    GroupStatus now = billing.describe();
                    return now.state().equals("stable") && now.lag() == 0;
                });
                GroupStatus.Member one = billing.describe().members().getFirst();
                assertThat(one.process().pid()).isEqualTo((int) member.pid());
                assertThat(group("describe", "billing").succeeded().out())
                        .contains("billing: stable")
                        .containsPattern("(?m)^ +" + one.id() + " +" + member.pid() + " +60m ");
                assertThat(group("reset", "billing", "orders", "--to", "beginning")
                                .failed(75, "group-in-use")
                                .err())
                        .contains("member " + one.id());
                assertThat(group("delete", "billing").failed(75, "group-in-use").err())
                        .contains("naru group describe");
                Foreign.signal("INT", member.pid());
                Await.until("it is none", () -> billing.describe().members().isEmpty());
            }
        }
        var _ = group("delete", "billing").succeeded();
        assertThat(group("list").succeeded().out()).isEmpty();
    }

    @Test
    void aGroupIsReset() throws Exception {
        var _ = run("naru topic consume -e -G billing orders").succeeded();
        assertThat(group("reset", "billing", "orders", "--to", "-1", "--dry-run")
                        .succeeded()
                        .out())
                .isEqualTo("orders-0 1\norders-1 0\n");
        assertThat(run("naru topic consume -e -G billing orders").succeeded().out())
                .isEmpty();
        assertThat(group("reset", "billing", "orders", "--to", "1", "-p", "0")
                        .succeeded()
                        .out())
                .isEqualTo("orders-0 1\n");
        assertThat(run("naru topic consume -e -G billing orders").succeeded().out())
                .isEqualTo("b\n");
        assertThat(group("reset", "new", "orders", "--to", "end").succeeded().out())
                .isEqualTo("orders-0 2\norders-1 1\n");
        assertThat(run("naru topic consume -e -G new orders").succeeded().out()).isEmpty();
        assertThat(group("reset", "billing", "orders", "--to", "99")
                        .failed(65, "out-of-range")
                        .err())
                .isNotEmpty();
    }

    @Test
    void twoShareATopic() throws Exception {
        try (Store store = Store.open(folder.resolve("data"));
                GroupMember other = store.join("billing", MemberSpec.topics("orders"));
                Program member = naru("topic", "consume", "--group", "billing", "orders")
                        .in(folder)
                        .interruptible()
                        .start();
                Group billing = store.group("billing")) {
            Await.until("both have one", () -> {
                var _ = other.tryPoll();
                return billing.describe().members().size() == 2
                        && billing.describe().state().equals("stable");
            });
            assertThat(other.assignment()).hasSize(1);
            var _ = member.signal("INT").end();
            Await.until("it has all", () -> {
                var _ = other.tryPoll();
                return other.assignment().size() == 2;
            });
        }
    }

    @Test
    void whatMakesNoSenseIsRefused() throws Exception {
        assertThat(run("naru topic consume -G g --to end orders").endedWith(64).err())
                .contains("naru group reset");
        var _ = run("naru topic consume -G g -p 1 orders").endedWith(64);
        var _ = run("naru topic consume -G g --from 1 orders").endedWith(64);
        var _ = run("naru topic consume --lease 5s orders").endedWith(64);
        var _ = run("naru topic consume --lease 0 -G g orders").endedWith(64);
        assertThat(run("naru topic consume -e -G g --from end orders")
                        .succeeded()
                        .out())
                .isEmpty();
        var _ = group().endedWith(64);
    }
}
