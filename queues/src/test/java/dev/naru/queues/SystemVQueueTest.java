package dev.naru.queues;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.channels.Address;
import dev.naru.channels.AddressException;
import dev.naru.channels.SystemV;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.Limits;
import dev.naru.linux.Problem;
import dev.naru.linux.SystemVQueues;
import dev.naru.linux.SystemVQueues.Selection;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Perl;
import dev.naru.linux.testing.ProcessState.Call;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import dev.naru.queues.testing.Queues;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What System V queues have beside the contract: keys and msqids, types, truncation, a look inside, settings, removal. */
@ExtendWith(NoLeaks.class)
class SystemVQueueTest {
    private static final Duration SHORT = Duration.ofMillis(1);

    @RegisterExtension
    final Queues queues = new Queues();

    @TempDir
    Path folder;

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(TypedMessage message) {
        return message.type() + ":" + new String(message.text(), StandardCharsets.UTF_8);
    }

    private SystemVQueue filled() throws Exception {
        SystemVQueue queue = SystemVQueue.create(queues.key());
        queue.send(5, bytes("a"));
        queue.send(3, bytes("b"));
        queue.send(5, bytes("c"));
        queue.send(9, bytes("d"));
        return queue;
    }

    @Test
    void aMessageIsChosenByItsType() throws Exception {
        try (SystemVQueue queue = filled()) {
            assertThat(text(queue.receive(Selection.type(9)))).isEqualTo("9:d");
            assertThat(text(queue.receive(Selection.lowestUpTo(8)))).isEqualTo("3:b");
            assertThat(queue.tryReceive(Selection.lowestUpTo(4))).isEmpty();
            assertThat(queue.tryReceive(Selection.notType(5))).isEmpty();
            queue.send(2, bytes("e"));
            assertThat(text(queue.receive(Selection.notType(5)))).isEqualTo("2:e");
            assertThat(text(queue.receive(Selection.first()))).isEqualTo("5:a");
            assertThat(queue.receive(Selection.type(4), SHORT)).isEmpty();
        }
    }

    @Test
    void aMessageOfAnotherTypeDoesNotEndAWait() throws Exception {
        try (SystemVQueue queue = SystemVQueue.create(queues.key())) {
            var receive = Task.start(ThreadKind.PLATFORM, () -> queue.receive(Selection.type(7)))
                    .awaitInCall(Call.MSGRCV);
            queue.send(6, bytes("no"));
            queue.send(7, bytes("yes"));

            assertThat(text(receive.result())).isEqualTo("7:yes");
            assertThat(text(queue.receive(Selection.first()))).isEqualTo("6:no");
        }
    }

    @Test
    void whatIsInsideCanBeLookedAt() throws Exception {
        try (SystemVQueue queue = filled()) {
            assertThat(text(queue.peek(0).orElseThrow())).isEqualTo("5:a");
            assertThat(text(queue.peek(3).orElseThrow())).isEqualTo("9:d");
            assertThat(queue.peek(4)).isEmpty();
            assertThat(queue.stat().messages()).isEqualTo(4);
            assertThatThrownBy(() -> queue.peek(-1)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aTextThatIsTooLongStaysOrIsCut() throws Exception {
        try (SystemVQueue queue = SystemVQueue.create(queues.key())) {
            queue.send(2, bytes("0123456789"));
            ByteBuffer small = ByteBuffer.allocate(4);

            assertThatThrownBy(() -> queue.receive(small, Selection.first()))
                    .isInstanceOf(BufferOverflowException.class);
            assertThat(queue.stat().messages()).isEqualTo(1);
            assertThat(queue.receive(small, Selection.first().cutToFit())).isEqualTo(2);
            assertThat(small.array()).isEqualTo(bytes("0123"));
            assertThat(queue.tryReceive(small.clear(), Selection.first())).isZero();
        }
    }

    @Test
    void onesThatAreLongerThanUsualComeWhole() throws Exception {
        try (SystemVQueue queue = SystemVQueue.create(queues.key())) {
            byte[] longest = new byte[(int) queue.maxMessage()];
            longest[longest.length - 1] = 7;
            queue.send(longest);

            assertThat(queue.receive()).isEqualTo(longest);
        }
    }

    @Test
    void aKeyComesOfAFileAndAProject() throws Exception {
        // given
        Path file = Files.createFile(folder.resolve("app"));
        var address = (Address.SystemVQueue) Address.parse("sysv:" + file + "#7");

        // when
        try (SystemVQueue queue = SystemVQueue.create(address, 0600);
                Perl perl = Perl.start()) {
            queues.removing(queue.id());

            // then perl's ftok finds it
            assertThat(perl.ask("msgget(ftok('" + file + "', 7), 0)")).isEqualTo(Integer.toString(queue.id()));
            assertThat(SystemVQueue.open(address).id()).isEqualTo(queue.id());
        }
    }

    @Test
    void aPrivateQueueIsFoundByItsMsqid() throws Exception {
        try (SystemVQueue queue = SystemVQueue.createPrivate(0600)) {
            queues.removing(queue.id());
            queue.send(bytes("x"));
            try (SystemVQueue same = SystemVQueue.open((Address.SystemVQueue) Address.parse("sysv:" + queue.id()))) {
                assertThat(same.receive()).isEqualTo(bytes("x"));
                assertThat(same.stat().key()).isZero();
            }
        }
        assertThatThrownBy(() -> SystemVQueue.create(new Address.SystemVQueue(new SystemV.Id(1)), 0600))
                .isInstanceOf(AddressException.class);
    }

    @Test
    void createRefusesOneThatIsThereAndOpenOneThatIsNot() throws Exception {
        int key = queues.key();
        assertThatThrownBy(() -> SystemVQueue.open(key))
                .isInstanceOfSatisfying(
                        ErrnoException.class, none -> assertThat(none.problem()).isEqualTo(Problem.NO_QUEUE));
        try (SystemVQueue queue = SystemVQueue.openOrCreate(key);
                SystemVQueue again = SystemVQueue.openOrCreate(key)) {
            assertThat(again.id()).isEqualTo(queue.id());
        }
        assertThatThrownBy(() -> SystemVQueue.create(key))
                .isInstanceOfSatisfying(
                        ErrnoException.class,
                        there -> assertThat(there.problem()).isEqualTo(Problem.EXISTS));
    }

    @ParameterizedTest
    @EnumSource
    void removalEndsWaitsAndIsToldToWhoComesLater(ThreadKind kind) throws Exception {
        // given
        int key = queues.key();
        try (SystemVQueue queue = SystemVQueue.create(key)) {
            var receive = Task.start(kind, () -> queue.receive()).awaitInCall(Call.MSGRCV);

            // when
            SystemVQueue.remove(new Address.SystemVQueue(new SystemV.Key(key)));

            // then
            assertRemoved(receive.failure());
            assertThatThrownBy(() -> queue.send(bytes("x"))).satisfies(SystemVQueueTest::assertRemoved);
            assertThatThrownBy(queue::tryReceive).satisfies(SystemVQueueTest::assertRemoved);
            assertThatThrownBy(queue::stat).satisfies(SystemVQueueTest::assertRemoved);
        }
    }

    private static void assertRemoved(Throwable thrown) {
        assertThat(thrown)
                .isInstanceOfSatisfying(
                        ErrnoException.class,
                        removed -> assertThat(removed.problem()).isEqualTo(Problem.QUEUE_REMOVED));
    }

    @Test
    void itsSettingsCanBeChangedAndAreWhatTheKernelTells() throws Exception {
        try (SystemVQueue queue = SystemVQueue.create(queues.key())) {
            queue.send(bytes("12345"));
            queue.changeMode(0640);
            queue.changeOwner(65534, 65533);
            queue.changeCapacity(1000);

            SystemVQueues.Status stat = queue.stat();
            assertThat(stat.mode()).isEqualTo(0640);
            assertThat(stat.owner()).isEqualTo(65534);
            assertThat(stat.group()).isEqualTo(65533);
            assertThat(stat.mostBytes()).isEqualTo(1000);
            assertThat(stat.bytes()).isEqualTo(5);
            assertThat(stat.messages()).isEqualTo(1);
            assertThat(stat.lastSender())
                    .isEqualTo((int) ProcessHandle.current().pid());
            assertThat(stat.sent()).isPositive();
            assertThat(stat.received()).isZero();
            assertThat(SystemVQueues.list()).contains(stat);
        }
    }

    @Test
    void aMessageBeyondTheLimitIsRefusedWithIt() throws Exception {
        try (SystemVQueue queue = SystemVQueue.create(queues.key())) {
            assertThatThrownBy(() -> queue.send(new byte[(int) queue.maxMessage() + 1]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(Limits.kernel("kernel/msgmax"));
            assertThatThrownBy(() -> queue.send(0, new byte[1])).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> Selection.type(0)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
