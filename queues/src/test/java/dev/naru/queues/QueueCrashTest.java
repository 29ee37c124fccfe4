package dev.naru.queues;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.channels.Address;
import dev.naru.channels.MessageEnds;
import dev.naru.channels.MessageReceiver;
import dev.naru.channels.MessageSender;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Perl;
import dev.naru.linux.testing.ProcessState;
import dev.naru.linux.testing.ProcessState.Call;
import dev.naru.queues.testing.QueueProgram;
import dev.naru.queues.testing.Queues;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Processes that are killed or stopped while they send, receive, or wait for either. */
@ExtendWith(NoLeaks.class)
class QueueCrashTest {
    @RegisterExtension
    final Queues queues = new Queues();

    /** An address of that kind, with a new queue behind it. */
    private Address made(String kind) throws Exception {
        if (kind.equals("mq")) {
            String name = queues.name();
            PosixQueue.create(name, PosixQueueSpec.of(8, 64)).close();
            return Address.parse("mq:" + name);
        }
        try (SystemVQueue queue = SystemVQueue.createPrivate(0600)) {
            return Address.parse("sysv:" + queues.removing(queue.id()));
        }
    }

    private static Process start(String... arguments) throws Exception {
        return new ProcessBuilder(QueueProgram.program().command(arguments))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** From outside: the JDK's own way closes what it has said, too. */
    private static void kill(Process process) throws Exception {
        Foreign.signal("KILL", process.pid());
        int _ = process.waitFor();
    }

    private static BufferedReader said(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    private static int number(byte[] message) {
        return ByteBuffer.wrap(message).getInt();
    }

    /** What is in the queue now, to which nobody sends any more. */
    private static List<Integer> rest(MessageReceiver receiver) throws Exception {
        List<Integer> rest = new ArrayList<>();
        for (var next = receiver.tryReceive(); next.isPresent(); next = receiver.tryReceive()) {
            rest.add(number(next.get()));
        }
        return rest;
    }

    @ParameterizedTest
    @ValueSource(strings = {"sysv", "mq"})
    void whatASenderSaysItHasSentIsThereWhenItIsKilled(String kind) throws Exception {
        // given a sender that is far ahead, until the queue is full
        Address address = made(kind);
        Process sender = start("send", address.toString(), "1000000");
        try (MessageReceiver receiver = MessageEnds.receiver(address);
                BufferedReader said = said(sender)) {
            for (int i = 0; i < 100; i++) {
                assertThat(number(receiver.receive())).isEqualTo(i);
            }

            // when
            kill(sender);

            // then all that it said is there, in order, and at most one more, of which it did not come to speak
            int last = said.lines().mapToInt(Integer::parseInt).max().orElse(-1);
            List<Integer> rest = rest(receiver);
            for (int i = 0; i < rest.size(); i++) {
                assertThat(rest.get(i)).isEqualTo(100 + i);
            }
            assertThat(100 + rest.size() - 1).isBetween(Math.max(last, 99), Math.max(last, 99) + 1);
        } finally {
            sender.destroyForcibly().waitFor();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sysv", "mq"})
    void aReceiverThatIsKilledTakesOneMessageAtMostWithIt(String kind) throws Exception {
        // given
        Address address = made(kind);
        Process receiver = start("receive", address.toString());
        try (MessageSender sender = MessageEnds.sender(address);
                MessageReceiver successor = MessageEnds.receiver(address);
                BufferedReader said = said(receiver)) {
            int sent = 0;
            for (; sent < 500; sent++) {
                sender.send(ByteBuffer.allocate(Integer.BYTES).putInt(0, sent));
            }

            // when
            kill(receiver);

            // then what it had not received is still there, be it a whole queue full
            long told = said.lines().count();
            List<Integer> rest = rest(successor);
            assertThat(told + rest.size()).isBetween(sent - 1L, (long) sent);
            for (int i = 0; i < rest.size(); i++) {
                assertThat(rest.get(i)).isEqualTo(sent - rest.size() + i);
            }
        } finally {
            receiver.destroyForcibly().waitFor();
        }
    }

    @Test
    void aReceiverThatIsKilledWhileItWaitsLeavesNothingOfItsWait() throws Exception {
        try (SystemVQueue queue = SystemVQueue.create(queues.key());
                Perl perl = Perl.start()) {
            // given
            var _ = perl.tell("msgrcv(" + queue.id() + ", $buffer, 100, 0, 0)").awaitBlockedIn(Call.MSGRCV);

            // when
            perl.kill();

            // then
            queue.send(new byte[] {7});
            assertThat(queue.receive()).containsExactly(7);
        }
    }

    @Test
    void aStoppedReceiverGoesOnWhereItWas() throws Exception {
        try (SystemVQueue queue = SystemVQueue.create(queues.key());
                Perl perl = Perl.start()) {
            // given
            var _ = perl.tell("msgrcv(" + queue.id() + ", $buffer, 100, 0, 0)").awaitBlockedIn(Call.MSGRCV);
            Foreign.signal("STOP", perl.pid());
            ProcessState.awaitState(perl.pid(), 'T');

            // when we send, it gets the message, as it was in line
            queue.send(new byte[] {7});
            Foreign.signal("CONT", perl.pid());

            // then
            assertThat(perl.answer()).isEqualTo("1");
            assertThat(queue.tryReceive()).isEmpty();
        }
    }
}
