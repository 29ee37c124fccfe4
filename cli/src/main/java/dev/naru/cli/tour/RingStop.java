package dev.naru.cli.tour;

import dev.naru.channels.Command;
import dev.naru.linux.Descriptor;
import dev.naru.linux.Memfd;
import dev.naru.memory.Ring;
import dev.naru.memory.RingSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Rings: messages through memory that two processes share, waited for busily or in the kernel. */
final class RingStop implements Stop {
    /** Each way. */
    static final RingSpec SPEC = RingSpec.oneToOne(1 << 20);

    private static final int THERE = 3;
    private static final int BACK = 4;

    private final String mechanism;
    private final String description;
    private final String waiting;

    private RingStop(String mechanism, String description, String waiting) {
        this.mechanism = mechanism;
        this.description = description;
        this.waiting = waiting;
    }

    static Stop busy() {
        return new RingStop("ring-busy", "ring, who waits looks all the time", "busy");
    }

    static Stop parked() {
        return new RingStop("ring-parked", "ring, who waits sleeps", "park");
    }

    @Override
    public String mechanism() {
        return mechanism;
    }

    @Override
    public String description() {
        return description;
    }

    /** In memory without a name: nothing stays behind, however the tour ends. */
    @Override
    public Crossing open(Path scratch) throws IOException {
        Descriptor there = ring();
        try {
            String object = "ring in memfd inode %d".formatted(there.status().inode());
            return crossing(there, ring(), object);
        } catch (IOException refused) {
            there.close();
            throw refused;
        }
    }

    private static Descriptor ring() throws IOException {
        Descriptor memory = Memfd.create("naru-tour", false);
        try {
            Ring.createIn(memory, SPEC).close();
            return memory;
        } catch (IOException refused) {
            memory.close();
            throw refused;
        }
    }

    private Crossing crossing(Descriptor there, Descriptor back, String object) {
        String out = new Way.InRing(waiting, THERE).toString();
        String in = new Way.InRing(waiting, BACK).toString();
        Consumer<Command> give = child -> child.descriptor(THERE, there).descriptor(BACK, back);
        return new Crossing(object, new Ends(out, in, give), new Ends(in, out, give), () -> {
            there.close();
            back.close();
        });
    }
}
