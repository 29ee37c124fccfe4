package dev.naru.memory;

import dev.naru.channels.contract.MessageFixture;
import dev.naru.channels.contract.RoomContract;
import dev.naru.linux.testing.Task;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** A ring is a channel of messages, whatever it does while it waits. */
class RingContractTest implements RoomContract {
    @TempDir
    Path folder;

    private final MessageFixture fixture = new MessageFixture() {
        @Override
        public Ends ends() throws Exception {
            Ring ring = closing(Ring.create(folder.resolve("ring"), RingSpec.oneToOne(4096)));
            return new Ends(ring.writer(Waiting.park()), ring.reader(Waiting.adaptive()));
        }

        @Override
        public <T> Task<T> awaitAsleep(Task<T> task) {
            return task.awaitInFutex();
        }
    };

    @Override
    public MessageFixture messages() {
        return fixture;
    }
}
