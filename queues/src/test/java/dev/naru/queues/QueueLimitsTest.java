package dev.naru.queues;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.SystemVQueues;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.JavaProgram;
import dev.naru.linux.testing.Namespaces;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Perl;
import dev.naru.queues.testing.QueueProgram;
import dev.naru.queues.testing.Queues;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Each limit of the kernel, lowered in an IPC namespace of its own, is named by the error that it causes; and other users. */
@ExtendWith(NoLeaks.class)
class QueueLimitsTest {
    @RegisterExtension
    final Queues queues = new Queues();

    @TempDir
    Path folder;

    private JavaProgram program;

    @BeforeEach
    void copyClasses() throws Exception {
        program = QueueProgram.program().packedInto(folder);
    }

    /** What our program says in an IPC namespace in which that shell command was run first. */
    private static String inNamespace(String first, List<String> command) throws Exception {
        String writable = "[ -w /proc/sys/kernel/msgmni ] || mount -t proc proc /proc; " + first;
        List<String> shell = List.of("unshare", "--ipc", "--mount", "sh", "-ec");
        Namespaces.require(Stream.concat(shell.stream(), Stream.of(writable)).toList());
        List<String> whole = new ArrayList<>(shell);
        whole.addAll(List.of(writable + "; exec \"$@\"", "sh"));
        whole.addAll(command);
        return Foreign.output(whole);
    }

    @Test
    void asManySystemVQueuesAsThereMayBe() throws Exception {
        String said = inNamespace("echo 2 > /proc/sys/kernel/msgmni", program.command("private", "3"));
        assertThat(said.lines()).startsWith("made", "made");
        assertThat(said).contains("no further message queue can be made (kernel.msgmni=2) (msgget: ENOSPC)");
    }

    @Test
    void asManyMessagesAndAsLongOnesAsAPosixQueueMayHave() throws Exception {
        String lowered = "echo 4 > /proc/sys/fs/mqueue/msg_max; echo 200 > /proc/sys/fs/mqueue/msgsize_max";
        List<String> tooMany = JavaProgram.asNobody(program.command("create", "/naru-test-limit", "5", "8"));
        assertThat(inNamespace(lowered, tooMany))
                .contains("may not hold 5 messages of 8 B (fs.mqueue.msg_max=4, fs.mqueue.msgsize_max=200)");
        List<String> tooLong = JavaProgram.asNobody(program.command("create", "/naru-test-limit", "4", "201"));
        assertThat(inNamespace(lowered, tooLong))
                .contains("may not hold 4 messages of 201 B (fs.mqueue.msg_max=4, fs.mqueue.msgsize_max=200)");
        List<String> within = JavaProgram.asNobody(program.command("create", "/naru-test-limit", "4", "200"));
        assertThat(inNamespace(lowered, within)).contains("made");
    }

    @Test
    void asManyPosixQueuesAsThereMayBe() throws Exception {
        List<String> one = JavaProgram.asNobody(program.command("create", "/naru-test-limit", "1", "8"));
        assertThat(inNamespace("echo 0 > /proc/sys/fs/mqueue/queues_max", one))
                .contains("no further message queue can be made (fs.mqueue.queues_max=0) (mq_open: ENOSPC)");
    }

    @Test
    void asMuchMemoryAsThePosixQueuesOfAUserMayTake() throws Exception {
        List<String> command = new ArrayList<>(List.of("prlimit", "--msgqueue=1000"));
        command.addAll(program.command("create", queues.name(), "4", "1000"));
        assertThat(Foreign.output(command))
                .contains("may not take 4 messages of 1000 B more (RLIMIT_MSGQUEUE=1000, hard 1000) (mq_open: EMFILE)");
    }

    @Test
    void whoMayNotIsTold() throws Exception {
        String name = queues.name();
        try (SystemVQueue systemV = SystemVQueue.create(queues.key());
                PosixQueue _ = PosixQueue.create(name, PosixQueueSpec.of(1, 8));
                Perl perl = Perl.startAsNobody()) {
            String address = "sysv:" + systemV.id();
            assertThat(Foreign.output(JavaProgram.asNobody(program.command("send", address, "1"))))
                    .contains("permission denied (msgsnd: EACCES)");
            assertThat(Foreign.output(JavaProgram.asNobody(program.command("receive", "mq:" + name))))
                    .contains("permission denied (mq_open: EACCES)");
            assertThat(perl.ask("msgctl(" + systemV.id() + ", IPC_RMID, 0)"))
                    .isEqualTo("error Operation not permitted");
            assertThat(SystemVQueues.status(systemV.id())).isPresent();
        }
    }

    @Test
    void otherUsersQueuesAreListedToo() throws Exception {
        try (SystemVQueue queue = SystemVQueue.create(queues.key())) {
            queue.send(new byte[5]);
            assertThat(Foreign.output(JavaProgram.asNobody(List.of("ipcs", "-q"))))
                    .contains(" " + queue.id() + " ");
            assertThat(SystemVQueues.list())
                    .anySatisfy(each -> assertThat(each.id()).isEqualTo(queue.id()));
        }
    }

    @Test
    void aMountedFileSystemShowsPosixQueues() throws Exception {
        // given a namespace in which it is mounted, and a queue that holds 7 bytes
        String mounted = "mount -t mqueue none " + Files.createDirectory(folder.resolve("mqueue"));
        List<String> shell = List.of("unshare", "--ipc", "--mount", "sh", "-ec");
        Namespaces.require(Stream.concat(shell.stream(), Stream.of(mounted)).toList());
        List<String> command = new ArrayList<>(shell);
        command.addAll(List.of(mounted + "; exec \"$@\"", "sh"));
        command.addAll(program.command("list"));

        // then
        assertThat(Foreign.output(command)).contains("/naru-test-listed mode 640 bytes 7 of 2 x 16");
    }
}
