package dev.naru.memory.torture;

import dev.naru.channels.MessageSender;
import dev.naru.linux.testing.Await;
import dev.naru.linux.testing.JavaProgram;
import dev.naru.memory.Ring;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The processes of a torture: started, killed by SIGKILL, and all gone at the end. */
final class Victims implements AutoCloseable {
    private final List<Process> processes = new ArrayList<>();

    Process start(Class<?> main, Object... arguments) throws IOException {
        String[] words = Arrays.stream(arguments).map(Object::toString).toArray(String[]::new);
        List<String> command = JavaProgram.of(main)
                .needing(Ring.class)
                .needing(MessageSender.class)
                .option("-XX:+UseSerialGC")
                .option("-Xshare:auto")
                .command(words);
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                .start();
        processes.add(process);
        return process;
    }

    void kill(Process process) throws InterruptedException {
        var _ = process.destroyForcibly().waitFor();
        boolean _ = processes.remove(process);
    }

    /** Fails when it ended by itself. */
    static void requireAlive(Process process) {
        if (!process.isAlive()) {
            throw new AssertionError("a process ended by itself with " + process.exitValue());
        }
    }

    static void awaitMore(String what, Journal journal, int word, long more, Process process) {
        long from = journal.get(word);
        Await.until(what, () -> {
            requireAlive(process);
            return journal.get(word) >= from + more || journal.get(0) != 0;
        });
    }

    @Override
    public void close() {
        for (Process process : List.copyOf(processes)) {
            try {
                kill(process);
            } catch (InterruptedException guard) {
                throw new AssertionError(guard);
            }
        }
    }
}
