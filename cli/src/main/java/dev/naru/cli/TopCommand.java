package dev.naru.cli;

import dev.naru.linux.Descriptor;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code naru top}: a live view of rates, backlogs, waiters and dead owners. */
@Command(
        name = "top",
        description = {
            "Watch rates, backlogs, waiters and dead owners of all IPC objects, until q or Ctrl-C.",
            "Keys: r, b, w and n order by rate, backlog, waiters and name. Without a terminal, or with --count, tables follow one"
                    + " another.",
            "A rate is known of what counts: rings and topics. A semaphore's, queue's or lock's row tells what waits now."
        })
final class TopCommand implements Callable<Integer> {
    private static final int CTRL_C = 3;
    private static final int CTRL_D = 4;

    private final Context context;

    @Option(
            names = {"-i", "--interval"},
            paramLabel = "TIME",
            description = "From one look to the next: 200ms, 5s (default: 1s).")
    private Duration interval = Duration.ofSeconds(1);

    @Option(
            names = {"-n", "--count"},
            paramLabel = "N",
            description = "End after so many looks (default: never).")
    private long count = Long.MAX_VALUE;

    @Option(names = "--json", description = "One JSON object a line and look, with all objects in it.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli sets it

    TopCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, InterruptedException, CliException {
        if (count < 1 || interval.isZero()) {
            throw new ParameterException(spec.commandLine(), "--count is 1 or more, and --interval is not 0");
        }
        boolean onScreen = !json
                && count == Long.MAX_VALUE
                && Descriptor.borrow(Pump.STANDARD_INPUT).isTerminal()
                && Descriptor.borrow(Pump.STANDARD_OUTPUT).isTerminal();
        Optional<TopScreen> opened = onScreen ? TopScreen.open() : Optional.empty();
        if (opened.isEmpty()) {
            follow();
            return 0;
        }
        try (TopScreen screen = opened.get()) {
            watch(screen);
        }
        return 0;
    }

    private void follow() throws IOException, InterruptedException, CliException {
        TopSample before = TopSample.take(context);
        long taken = System.nanoTime();
        for (long look = 0; look < count; look++) {
            pause(taken + interval.toNanos());
            TopSample now = TopSample.take(context);
            long at = System.nanoTime();
            TopTable table = new TopTable(before, now, at - taken);
            if (json) {
                new JsonLines(context.out()).line(body -> table.write(body, System.currentTimeMillis()));
            } else {
                table.lines(TopTable.Order.RATE, Integer.MAX_VALUE).forEach(context.out()::println);
                context.out().println();
            }
            context.requireOutput();
            before = now;
            taken = at;
        }
    }

    private static void pause(long until) throws InterruptedException {
        for (long left = until - System.nanoTime(); left > 0; left = until - System.nanoTime()) {
            LockSupport.parkNanos(left);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    private void watch(TopScreen screen) throws IOException {
        TopTable.Order order = TopTable.Order.RATE;
        TopSample before = TopSample.take(context);
        long taken = System.nanoTime();
        TopTable table = new TopTable(before, before, 0);
        while (true) {
            show(screen, table, order);
            long left = Math.max(0, taken + interval.toNanos() - System.nanoTime());
            int key = screen.key(Duration.ofNanos(left).toMillis());
            if (key == 'q' || key == CTRL_C || key == CTRL_D || key == -1) {
                return;
            }
            for (TopTable.Order each : TopTable.Order.values()) {
                order = each.key == key ? each : order;
            }
            if (System.nanoTime() - taken >= interval.toNanos()) {
                TopSample now = TopSample.take(context);
                long at = System.nanoTime();
                table = new TopTable(before, now, at - taken);
                before = now;
                taken = at;
            }
        }
    }

    private void show(TopScreen screen, TopTable table, TopTable.Order order) {
        List<String> lines = new ArrayList<>();
        lines.add("naru top, every " + interval.toMillis() + " ms, by "
                + order.name().toLowerCase(Locale.ROOT) + "   q ends; r b w n: rate, backlog, waiting, name");
        lines.addAll(table.lines(order, screen.height() - 1));
        screen.show(lines);
    }
}
