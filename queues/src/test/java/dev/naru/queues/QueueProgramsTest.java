package dev.naru.queues;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.channels.Address;
import dev.naru.channels.SystemV;
import dev.naru.linux.ErrnoException;
import dev.naru.linux.PosixQueues.Attributes;
import dev.naru.linux.Problem;
import dev.naru.linux.SystemVQueues;
import dev.naru.linux.SystemVQueues.Selection;
import dev.naru.linux.testing.CProgram;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Perl;
import dev.naru.linux.testing.ProcessState.Call;
import dev.naru.linux.testing.Python;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import dev.naru.queues.testing.Queues;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Programs that are not ours at our queues, and ours at theirs: perl, python3, C and util-linux. */
@ExtendWith(NoLeaks.class)
class QueueProgramsTest {
    @RegisterExtension
    final Queues queues = new Queues();

    @TempDir
    Path folder;

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Test
    void perlSendsWhatWeReceiveAndTheOtherWayRound() throws Exception {
        int key = queues.key();
        try (SystemVQueue queue = SystemVQueue.create(key);
                Perl perl = Perl.start()) {
            // given
            assertThat(perl.ask("$id = msgget(" + key + ", 0)")).isEqualTo(Integer.toString(queue.id()));

            // when it sends
            assertThat(perl.ask("msgsnd($id, pack('l! a*', 42, 'from perl'), 0)"))
                    .isEqualTo("1");

            // then
            TypedMessage came = queue.receive(Selection.type(42));
            assertThat(text(came.text())).isEqualTo("from perl");

            // and while it waits for one of ours
            var _ = perl.tell("msgrcv($id, $buffer, 100, 7, 0)").awaitBlockedIn(Call.MSGRCV);
            queue.send(8, bytes("not this"));
            queue.send(7, bytes("from us"));
            assertThat(perl.answer()).isEqualTo("1");
            assertThat(perl.ask("join(':', unpack('l! a*', $buffer))")).isEqualTo("7:from us");
        }
    }

    @Test
    void ipcsTellsWhatWeTell() throws Exception {
        try (SystemVQueue queue = SystemVQueue.create(queues.key())) {
            queue.send(bytes("12345"));
            queue.send(bytes("123"));
            SystemVQueues.Status stat = queue.stat();

            Matcher row = Pattern.compile("0x([0-9a-f]{8}) +" + queue.id() + " +\\S+ +600 +(\\d+) +(\\d+)")
                    .matcher(Foreign.output("ipcs", "-q"));
            assertThat(row.find()).isTrue();
            assertThat(Integer.parseUnsignedInt(row.group(1), 16)).isEqualTo(stat.key());
            assertThat(row.group(2)).isEqualTo(Long.toString(stat.bytes())).isEqualTo("8");
            assertThat(row.group(3)).isEqualTo(Long.toString(stat.messages())).isEqualTo("2");
            assertThat(Foreign.output("ipcs", "-q", "-p"))
                    .containsPattern(
                            queue.id() + " +\\S+ +" + ProcessHandle.current().pid() + " +0");
            assertThat(Foreign.output("ipcs", "-q", "-i", Integer.toString(queue.id())))
                    .containsPattern("cbytes=8\\s+qbytes=" + stat.mostBytes() + "\\s+qnum=2");
            assertThat(Foreign.output("lsipc", "-q", "-r", "-o", "ID,MSGS,USEDBYTES"))
                    .containsPattern(queue.id() + " +2 +8");
        }
    }

    @Test
    void whatIpcmkMakesWeUseAndWhatIpcrmRemovesIsGone() throws Exception {
        // given
        Matcher made = Pattern.compile("\\d+").matcher(Foreign.output("ipcmk", "-Q"));
        assertThat(made.find()).isTrue();
        int id = queues.removing(Integer.parseInt(made.group()));
        try (SystemVQueue queue = SystemVQueue.open(new Address.SystemVQueue(new SystemV.Id(id)))) {
            queue.send(bytes("x"));
            assertThat(text(queue.receive())).isEqualTo("x");
            var receive = Task.start(ThreadKind.PLATFORM, () -> queue.receive()).awaitInCall(Call.MSGRCV);

            // when
            var _ = Foreign.output("ipcrm", "-q", Integer.toString(id));

            // then
            assertThat(receive.failure())
                    .isInstanceOfSatisfying(
                            ErrnoException.class,
                            removed -> assertThat(removed.problem()).isEqualTo(Problem.QUEUE_REMOVED));
        }
    }

    @Test
    void aProgramInCSendsWhatWeReceiveAndTheOtherWayRound() throws Exception {
        String name = queues.name();
        try (PosixQueue queue = PosixQueue.create(name, PosixQueueSpec.of(3, 64));
                CProgram far = CProgram.start(QueueProgramsTest.class, "mq.c", folder, name)) {
            // when it sends
            assertThat(far.ask("send 5 from C")).isEqualTo("ok");

            // then
            RankedMessage came = queue.receiveRanked();
            assertThat(came.priority()).isEqualTo(5);
            assertThat(text(came.bytes())).isEqualTo("from C");

            // and while it waits for one of ours
            var _ = far.tell("receive").awaitBlockedIn(Call.MQ_TIMEDRECEIVE);
            queue.send(bytes("from us"), 9);
            assertThat(far.answer()).isEqualTo("9 from us");

            // and it waits for room, and we receive
            for (int i = 0; i < 3; i++) {
                queue.send(bytes("full"));
            }
            assertThat(far.ask("attributes")).isEqualTo("3 64 3");
            assertThat(queue.attributes()).isEqualTo(new Attributes(3, 64, 3));
            var _ = far.tell("send 1 last").awaitBlockedIn(Call.MQ_TIMEDSEND);
            assertThat(text(queue.receive())).isEqualTo("full");
            assertThat(far.answer()).isEqualTo("ok");
            assertThat(text(queue.receive())).isEqualTo("last"); // of the higher priority
        }
    }

    @Test
    void pythonAtAPosixQueueThroughTheCLibrary() throws Exception {
        String name = queues.name();
        try (PosixQueue queue = PosixQueue.create(name, PosixQueueSpec.of(3, 64));
                Python python = Python.start()) {
            assertThat(python.ask("import ctypes; c = ctypes.CDLL(None, use_errno=True)"))
                    .isEqualTo("ok");
            assertThat(python.ask("q = c.mq_open(b'" + name + "', 2)")).isEqualTo("ok");
            assertThat(python.ask("c.mq_send(q, b'from python', 11, 3)")).isEqualTo("0");
            assertThat(text(queue.receive())).isEqualTo("from python");
            queue.send(bytes("from us"));
            assertThat(python.ask("b = ctypes.create_string_buffer(64)")).isEqualTo("ok");
            assertThat(python.ask("c.mq_receive(q, b, 64, None)")).isEqualTo("7");
            assertThat(python.ask("b.value")).isEqualTo("b'from us'");
        }
    }
}
