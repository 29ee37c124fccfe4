package dev.naru.cli.tour;

import dev.naru.channels.Address;
import dev.naru.channels.AnonymousPipe;
import dev.naru.channels.Endpoints;
import dev.naru.linux.Descriptor;
import dev.naru.linux.Memfd;
import dev.naru.memory.Ring;
import dev.naru.memory.Waiting;
import dev.naru.topics.Store;
import dev.naru.topics.TopicSpec;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/** How a process of the tour gets at an end: by an address, or by what it was given at a descriptor number. */
sealed interface Way
        permits Way.ByAddress,
                Way.InQueue,
                Way.InRing,
                Way.InSlot,
                Way.InSemaphoreSlot,
                Way.InTopic,
                Way.InGroup,
                SocketWay,
                RpcWay {
    /** The end that writes. */
    WritableByteChannel openWriter() throws IOException, InterruptedException;

    /** The end that reads. */
    ReadableByteChannel openReader() throws IOException, InterruptedException;

    /** Moves bytes through another object of that kind. */
    void warmUp() throws IOException, InterruptedException;

    /** How the table names the kernel object, where that was not known before it was opened; else empty. */
    default String object() {
        return "";
    }

    /**
     * Reads what {@link Object#toString} of a way wrote.
     *
     * @throws IllegalArgumentException when it is none
     */
    static Way parse(String text) {
        Optional<SocketWay> socket = SocketWay.parse(text);
        if (socket.isPresent()) {
            return socket.get();
        }
        Optional<RpcWay> calls = RpcWay.parse(text);
        return calls.isPresent() ? calls.get() : parseOther(text);
    }

    private static Way parseOther(String text) {
        if (text.startsWith(InGroup.KIND)
                && Address.parse(text.substring(InGroup.KIND.length())) instanceof Address.Topic topic) {
            return new InGroup(topic);
        }
        String[] words = text.split("/", -1);
        return switch (words[0] + words.length) {
            case "ring3" -> new InRing(words[1], Integer.parseInt(words[2]));
            case "slot4" ->
                new InSlot(Integer.parseInt(words[1]), Integer.parseInt(words[2]), Integer.parseInt(words[3]));
            case "semaphores4" -> new InSemaphoreSlot(Integer.parseInt(words[1]), words[2], Integer.parseInt(words[3]));
            default ->
                switch (Address.parse(text)) {
                    case Address.Queue queue -> new InQueue(queue);
                    case Address.Topic topic -> new InTopic(topic);
                    case Address other -> new ByAddress(other);
                };
        };
    }

    /** A pipe or a FIFO. */
    record ByAddress(Address address) implements Way {
        @Override
        public WritableByteChannel openWriter() throws IOException, InterruptedException {
            return Endpoints.openWriter(address);
        }

        @Override
        public ReadableByteChannel openReader() throws IOException, InterruptedException {
            return Endpoints.openReader(address);
        }

        @Override
        public void warmUp() throws IOException {
            try (AnonymousPipe pipe = AnonymousPipe.create()) {
                WarmUp.run(pipe.writer(), pipe.reader());
            }
        }
    }

    /**
     * A message queue of the kernel.
     *
     * @param queue of either kind
     */
    record InQueue(Address.Queue queue) implements Way {
        /** In a queue of its own, and one thread: half of it has to be in the queue before it is read. */
        private static final int WARM_ROOM = 4096;

        @Override
        public WritableByteChannel openWriter() throws IOException, InterruptedException {
            return QueueStream.writer(queue);
        }

        @Override
        public ReadableByteChannel openReader() throws IOException, InterruptedException {
            return QueueStream.reader(queue);
        }

        @Override
        public void warmUp() throws IOException, InterruptedException {
            try (QueueStop.Made own = queue instanceof Address.PosixQueue named
                            ? QueueStop.Made.posix(
                                    named.name() + "." + ProcessHandle.current().pid())
                            : QueueStop.Made.systemV();
                    WritableByteChannel out = QueueStream.writer(own.address());
                    ReadableByteChannel in = QueueStream.reader(own.address())) {
                WarmUp.run(out, in, WARM_ROOM);
            }
        }

        @Override
        public String toString() {
            return queue.toString();
        }
    }

    /**
     * A ring.
     *
     * @param waiting {@code busy} or {@code park}
     * @param number where the process has its memory
     */
    record InRing(String waiting, int number) implements Way {
        private Waiting policy() {
            return waiting.equals("busy") ? Waiting.busy() : Waiting.park();
        }

        @Override
        public WritableByteChannel openWriter() throws IOException {
            return RingStream.writer(Ring.open(Descriptor.borrow(number)), policy());
        }

        @Override
        public ReadableByteChannel openReader() throws IOException {
            return RingStream.reader(Ring.open(Descriptor.borrow(number)), policy());
        }

        @Override
        public void warmUp() throws IOException {
            try (Descriptor memory = Memfd.create("naru-warm-up", false);
                    Ring ring = Ring.createIn(memory, RingStop.SPEC);
                    WritableByteChannel out = RingStream.writer(ring, policy());
                    ReadableByteChannel in = RingStream.reader(ring, policy())) {
                WarmUp.run(out, in);
            }
        }

        @Override
        public String toString() {
            return "ring/" + waiting + "/" + number;
        }
    }

    /**
     * A slot of shared memory, under a lock.
     *
     * @param memory where the process has the memory
     * @param lock where it has the lock
     * @param slot 0 there, 1 back
     */
    record InSlot(int memory, int lock, int slot) implements Way {
        @Override
        public WritableByteChannel openWriter() throws IOException {
            return Slot.open(Descriptor.borrow(memory), Descriptor.borrow(lock), slot);
        }

        @Override
        public ReadableByteChannel openReader() throws IOException {
            return Slot.open(Descriptor.borrow(memory), Descriptor.borrow(lock), slot);
        }

        @Override
        public void warmUp() throws IOException {
            try (ShmStop.Objects objects = ShmStop.Objects.create();
                    Slot slot = Slot.open(objects.memory().descriptor(), objects.lock(), 0)) {
                WarmUp.run(slot, slot);
            }
        }

        @Override
        public String toString() {
            return "slot/" + memory + "/" + lock + "/" + slot;
        }
    }

    /**
     * A slot of shared memory, with semaphores for turn.
     *
     * @param memory where the process has the memory
     * @param name what the names of the semaphores begin with
     * @param slot 0 there, 1 back
     */
    record InSemaphoreSlot(int memory, String name, int slot) implements Way {
        @Override
        public WritableByteChannel openWriter() throws IOException {
            return SemaphoreSlot.open(Descriptor.borrow(memory), name, slot);
        }

        @Override
        public ReadableByteChannel openReader() throws IOException {
            return SemaphoreSlot.open(Descriptor.borrow(memory), name, slot);
        }

        @Override
        public void warmUp() throws IOException {
            String own = name + ".warm-up-" + ProcessHandle.current().pid();
            try (SemaphoreStop.Objects objects = SemaphoreStop.Objects.create(own);
                    SemaphoreSlot slot = SemaphoreSlot.open(objects.memory().descriptor(), own, 0)) {
                WarmUp.run(slot, slot);
            }
        }

        @Override
        public String toString() {
            return "semaphores/" + memory + "/" + name + "/" + slot;
        }
    }

    /**
     * A topic.
     *
     * @param topic with its store
     */
    record InTopic(Address.Topic topic) implements Way {
        private static final int WARM_SEGMENT = 16 << 20;

        private Path folder() {
            return Objects.requireNonNull(topic.store());
        }

        @Override
        public WritableByteChannel openWriter() throws IOException {
            return TopicStream.writer(folder(), topic.name());
        }

        @Override
        public ReadableByteChannel openReader() throws IOException {
            return TopicStream.reader(folder(), topic.name());
        }

        /** In a topic of its own, of which little is kept. */
        @Override
        public void warmUp() throws IOException {
            TopicSpec little =
                    TopicSpec.partitions(1).withSegmentBytes(WARM_SEGMENT).withRetentionBytes(0);
            String name = topic.name() + ".warm-up-" + ProcessHandle.current().pid();
            try (Store store = Store.open(folder())) {
                store.create(name, little).close();
                try (WritableByteChannel out = TopicStream.writer(folder(), name);
                        ReadableByteChannel in = TopicStream.reader(folder(), name)) {
                    WarmUp.run(out, in);
                }
                store.remove(name);
            }
        }

        @Override
        public String toString() {
            return topic.toString();
        }
    }

    /**
     * A topic that a group reads.
     *
     * @param topic with its store
     */
    record InGroup(Address.Topic topic) implements Way {
        private static final String KIND = "group/";

        private Path folder() {
            return Objects.requireNonNull(topic.store());
        }

        @Override
        public WritableByteChannel openWriter() throws IOException {
            return GroupStream.writer(folder(), topic.name());
        }

        @Override
        public ReadableByteChannel openReader() throws IOException, InterruptedException {
            return GroupStream.reader(folder(), topic.name());
        }

        /** As a member, until this process ends. */
        void forward(Runnable ready) throws IOException, InterruptedException {
            GroupStream.forward(folder(), topic.name(), ready);
        }

        /** The topic itself; a group of one would not be this one. */
        @Override
        public void warmUp() throws IOException {
            new InTopic(topic).warmUp();
        }

        @Override
        public String toString() {
            return KIND + topic;
        }
    }
}
