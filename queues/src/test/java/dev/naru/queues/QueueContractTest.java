package dev.naru.queues;

import dev.naru.channels.contract.MessageFixture;
import dev.naru.channels.contract.RoomContract;
import dev.naru.linux.PosixQueues.Access;
import dev.naru.linux.testing.ProcessState.Call;
import dev.naru.linux.testing.Task;
import dev.naru.queues.testing.Queues;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Queues of both kinds keep the contract that rings and message sockets keep. */
class QueueContractTest {
    @RegisterExtension
    final Queues queues = new Queues();

    @Nested
    class SystemV implements RoomContract {
        private final MessageFixture fixture = new MessageFixture() {
            @Override
            public Ends ends() throws Exception {
                int key = queues.key();
                return new Ends(closing(SystemVQueue.create(key)), closing(SystemVQueue.open(key)));
            }

            @Override
            public <T> Task<T> awaitAsleep(Task<T> task) {
                return task.awaitInCall(Call.MSGSND, Call.MSGRCV);
            }
        };

        @Override
        public MessageFixture messages() {
            return fixture;
        }
    }

    @Nested
    class Posix implements RoomContract {
        private final MessageFixture fixture = new MessageFixture() {
            @Override
            public Ends ends() throws Exception {
                String name = queues.name();
                closing(PosixQueue.create(name, PosixQueueSpec.of(8, 256)));
                return new Ends(
                        closing(PosixQueue.open(name, Access.WRITE)), closing(PosixQueue.open(name, Access.READ)));
            }

            @Override
            public <T> Task<T> awaitAsleep(Task<T> task) {
                return task.awaitInCall(Call.MQ_TIMEDSEND, Call.MQ_TIMEDRECEIVE);
            }
        };

        @Override
        public MessageFixture messages() {
            return fixture;
        }
    }
}
