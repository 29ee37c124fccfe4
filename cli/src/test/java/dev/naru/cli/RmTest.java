package dev.naru.cli;

import static dev.naru.cli.testing.Naru.asNobody;
import static dev.naru.cli.testing.Naru.naru;
import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.channels.Address;
import dev.naru.channels.Listener;
import dev.naru.channels.SystemV;
import dev.naru.cli.testing.Json;
import dev.naru.cli.testing.Program;
import dev.naru.cli.testing.Program.Result;
import dev.naru.linux.SystemVQueues;
import dev.naru.linux.testing.Await;
import dev.naru.linux.testing.Foreign;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Perl;
import dev.naru.linux.testing.ProcessState.Call;
import dev.naru.linux.testing.Python;
import dev.naru.memory.NamedSemaphore;
import dev.naru.memory.Ring;
import dev.naru.memory.RingSpec;
import dev.naru.memory.RingWriter;
import dev.naru.memory.SemaphoreSet;
import dev.naru.memory.SharedEvent;
import dev.naru.memory.SharedLock;
import dev.naru.memory.SharedMemory;
import dev.naru.queues.SystemVQueue;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** {@code naru rm}, and what {@code naru ls} says of orphans. */
@ExtendWith(NoLeaks.class)
class RmTest {
    private final int number = ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);
    private final String name = "/naru-test-" + number;
    private final List<Closeable> ends = new ArrayList<>();

    @TempDir
    Path folder;

    @AfterEach
    void remove() throws Exception {
        for (Closeable each : ends) {
            try {
                each.close();
            } catch (IOException gone) {
                // as it should be
            }
        }
    }

    private static Result rm(String... arguments) throws Exception {
        return naru(Stream.concat(Stream.of("rm"), Stream.of(arguments)).toArray(String[]::new))
                .run();
    }

    @Test
    void whatNobodyLivesInIsShownAndRemovedOnlyWithYes() throws Exception {
        // given a lock whose holder was killed, one whose holder lives, and an event
        SharedLock.create(name).close();
        ends.add(() -> SharedLock.remove(name));
        SharedEvent.create(name).close();
        ends.add(() -> SharedEvent.remove(name));
        try (Program holder = naru("lock", name, "--", "sleep", "3600").start()) {
            Await.until(
                    "it holds the lock",
                    () -> naru("lock", "ls", "lock:" + name).run().out().contains("sleep"));

            // then the one in which somebody lives is kept, by whatever way it is asked
            assertThat(rm("--orphans", "lock:" + name, "event:" + name)
                            .succeeded()
                            .out())
                    .contains("keeps lock:" + name + ": somebody lives in it")
                    .contains("would remove event:" + name + ": nobody lives in it");
            assertThat(rm("--orphans", "--yes", "lock:" + name).succeeded().out())
                    .startsWith("keeps");
            holder.children().forEach(ProcessHandle::destroyForcibly);
        }

        // and when it is dead, it would be removed, and is with --yes
        assertThat(rm("--orphans", "lock:" + name).succeeded().out()).startsWith("would remove");
        assertThat(Files.exists(Path.of("/dev/shm/naru-lock." + name.substring(1))))
                .isTrue();
        Map<String, Object> removed = Json.line(rm("--orphans", "--yes", "--json", "lock:" + name)
                .succeeded()
                .out()
                .strip());
        assertThat(removed).containsEntry("removed", true).containsEntry("proved", true);
        assertThat(Files.exists(Path.of("/dev/shm/naru-lock." + name.substring(1))))
                .isFalse();
    }

    @Test
    void messagesThatWaitInARingAreKept() throws Exception {
        try (Ring ring = Ring.create(name, RingSpec.oneToOne(4096));
                RingWriter writer = ring.writer()) {
            writer.send(new byte[8]);
        }
        ends.add(() -> Ring.remove(name));
        assertThat(rm("--orphans", "--yes", "ring:" + name).succeeded().out())
                .startsWith("keeps")
                .contains("wait in it");
        assertThat(naru("ls", "ring:", "--json").run().succeeded().out().lines())
                .anyMatch(line -> line.contains(name) && line.contains("\"orphaned\":true"));
    }

    @Test
    void withoutNamesOnlyWhatHasASignOfLifeIsLookedAt() throws Exception {
        NamedSemaphore.create(name, 1).close();
        ends.add(() -> NamedSemaphore.remove(name));
        SharedEvent.create(name).close();
        ends.add(() -> SharedEvent.remove(name));
        assertThat(rm("--orphans").succeeded().out()).contains("event:" + name).doesNotContain("sem:" + name);
    }

    /** The kernel notes who used a queue or a set last, and not who uses it. */
    @Test
    void systemVQueuesAndSetsAreNeverTakenForProvedOrphans() throws Exception {
        // given ones whose last user is dead, and at which another one waits
        String queueAddress = "sysv:0x" + Integer.toHexString(number);
        String setAddress = "sem:0x" + Integer.toHexString(number);
        SemaphoreSet set = SemaphoreSet.create(number, 1);
        ends.add(() -> SemaphoreSet.remove((Address.SystemVSemaphores) Address.parse(setAddress)));
        try (SystemVQueue queue = SystemVQueue.create(number);
                Perl dead = Perl.start();
                Perl waits = Perl.start()) {
            ends.add(() -> {
                boolean _ = SystemVQueues.remove(queue.id(), queueAddress);
            });
            assertThat(dead.ask("msgsnd(" + queue.id() + ", pack('l! a*', 1, 'x'), 0)"))
                    .isEqualTo("1");
            assertThat(dead.ask("msgrcv(" + queue.id() + ", $buffer, 10, 0, 0)"))
                    .isEqualTo("1");
            assertThat(dead.ask("semop(" + set.id() + ", pack('s!3', 0, 1, 0))"))
                    .isEqualTo("1");
            dead.kill();
            var _ = waits.tell("msgrcv(" + queue.id() + ", $buffer, 10, 0, 0)").awaitBlockedIn(Call.MSGRCV);

            // then
            assertThat(rm("--orphans", "--yes", queueAddress, setAddress)
                            .succeeded()
                            .out())
                    .contains("keeps " + queueAddress + ": the kernel does not tell who uses it")
                    .contains("keeps " + setAddress + ": the kernel does not tell who uses it");
            assertThat(naru("ls", "sysv:").run().succeeded().out())
                    .containsPattern(queue.id() + " .*,dead.* orphaned +" + queueAddress);
            queue.send(new byte[] {'y'});
            assertThat(waits.answer()).isEqualTo("1");
        }
    }

    @Test
    void aSegmentGoesWhenNobodyIsAttachedAndItsUsersAreDead() throws Exception {
        String address = "shm:0x" + Integer.toHexString(number);
        try (Perl perl = Perl.start()) {
            assertThat(perl.ask("$id = shmget(" + number + ", 64, IPC_CREAT | 0600)"))
                    .isNotEmpty();
            ends.add(() -> SharedMemory.remove((Address.Memory) Address.parse(address)));
            assertThat(perl.ask("shmwrite($id, 'x', 0, 1)")).isEqualTo("1");
            assertThat(rm("--orphans", "--yes", address).succeeded().out()).contains("who used it last lives");
        }
        assertThat(rm("--orphans", "--yes", address).succeeded().out())
                .startsWith(
                        Files.readSymbolicLink(Path.of("/proc/self/ns/pid"))
                                        .toString()
                                        .equals("pid:[4026531836]")
                                ? "removed"
                                : "keeps");
    }

    @Test
    void aDamagedOneDoesNotHideTheOthers() throws Exception {
        Path damaged = Files.write(Path.of("/dev/shm/naru-ring." + name.substring(1)), new byte[100]);
        ends.add(() -> Files.delete(damaged));
        SharedEvent.create(name).close();
        ends.add(() -> SharedEvent.remove(name));
        Result result = rm("--orphans");
        assertThat(result.out()).contains("would remove event:" + name);
        assertThat(result.err()).contains("ring:" + name);
    }

    @Test
    void theFileOfADeadServerGoesAndThatOfALivingOneStays() throws Exception {
        String address = "unix:" + folder.resolve("s");
        try (Listener _ = Listener.listen(Address.parse(address))) {
            assertThat(rm("--orphans", "--yes", address).succeeded().out()).contains("somebody is bound to it");
        }
        assertThat(Foreign.output(
                        "python3",
                        "-c",
                        "import socket; socket.socket(socket.AF_UNIX).bind('" + folder.resolve("s") + "')"))
                .isEmpty();
        assertThat(rm("--orphans", "--yes", address).succeeded().out())
                .contains("removed")
                .contains("nobody is bound");
        assertThat(folder.resolve("s")).doesNotExist();
    }

    /** Its file is made as a server leaves it, by another program. */
    @Test
    void theFileOfAServerOfCallsGoesWhenTheServerIsDead() throws Exception {
        String address = "rpc:" + name;
        Path file = Path.of("/dev/shm/naru-rpc." + name.substring(1));
        ends.add(() -> {
            boolean _ = Files.deleteIfExists(file);
        });
        try (Python server = Python.start();
                Python client = Python.start()) {
            // given one with a client
            assertThat(server.ask("s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET); s.bind('" + file
                            + "'); s.listen(7)"))
                    .doesNotStartWith("error");
            assertThat(client.ask(
                            "c = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET); c.connect('" + file + "')"))
                    .doesNotStartWith("error");
            assertThat(server.ask("d, _ = s.accept()")).doesNotStartWith("error");

            // then it is listed, and kept
            assertThat(rm("--orphans", "--yes", address).succeeded().out())
                    .isEqualTo("keeps " + address + ": somebody is bound to it\n");
            assertThat(naru("ls", "rpc:").run().succeeded().out())
                    .containsPattern("listening +1 +python3\\(" + server.pid() + "\\) +" + address + "\n");
            assertThat(naru("ls", address).run().succeeded().out()).contains("seqpacket listening");
        }

        // and when it is dead, it goes
        assertThat(naru("ls", "--json", "rpc:").run().succeeded().out().lines())
                .anyMatch(line -> line.contains(address) && line.contains("\"orphaned\":true"));
        assertThat(rm("--orphans").succeeded().out()).contains("would remove " + address + ": nobody is bound to it");
        assertThat(rm("--orphans", "--yes", address).succeeded().out()).startsWith("removed " + address);
        assertThat(file).doesNotExist();
        assertThat(rm(address).endedWith(65).err()).contains(address);
        assertThat(rm("rpc:" + Files.createFile(folder.resolve("f")))
                        .endedWith(65)
                        .err())
                .contains("wrong-kind");
    }

    @Test
    void whatIsNamedIsRemovedWithoutOrphans() throws Exception {
        NamedSemaphore.create(name, 1).close();
        SystemVQueue.create(new Address.SystemVQueue(new SystemV.Key(number)), 0600)
                .close();
        assertThat(rm("sem:" + name, "sysv:0x" + Integer.toHexString(number))
                        .succeeded()
                        .out())
                .isEmpty();
        assertThat(rm("sem:" + name).endedWith(65).err()).contains("there is no such semaphore");
        assertThat(rm("topic:x").endedWith(64).err()).contains("naru topic delete");
        assertThat(rm().endedWith(64).err()).contains("--orphans");
        assertThat(rm("--yes", "sem:/x").endedWith(64).err()).contains("go with --orphans");
    }

    @Test
    void whatIsAnotherUsersIsKept() throws Exception {
        SharedEvent.openOrCreate(new Address.Event(name), 0666).close();
        ends.add(() -> SharedEvent.remove(name));
        assertThat(asNobody(folder, "rm", "--orphans", "--yes", "event:" + name)
                        .run()
                        .succeeded()
                        .out())
                .startsWith("keeps")
                .contains("another user's, root");
    }

    @Test
    void limitsAreThoseOfIpcs() throws Exception {
        String said = naru("ls", "--limits", "--json").run().succeeded().out();
        String ipcs = Foreign.output("ipcs", "-l");
        Map<String, String> words = Map.of(
                "kernel.msgmni", "max queues system wide = ",
                "kernel.msgmax", "max size of message \\(bytes\\) = ",
                "kernel.msgmnb", "default max size of queue \\(bytes\\) = ",
                "kernel.shmmni", "max number of segments = ",
                "kernel.sem[0], SEMMSL", "max semaphores per array = ",
                "kernel.sem[2], SEMOPM", "max ops per semop call = ",
                "SEMVMX", "semaphore max value = ");
        List<Map<String, Object>> rows = Json.lines(said);
        words.forEach((limit, phrase) -> {
            Object value = rows.stream()
                    .filter(row -> row.get("limit").equals(limit))
                    .findFirst()
                    .orElseThrow()
                    .get("value");
            assertThat(ipcs).containsPattern(phrase + value + "\n");
        });
        assertThat(naru("ls", "--limits").run().succeeded().out())
                .contains("RLIMIT_MSGQUEUE")
                .contains("/dev/shm");
    }
}
