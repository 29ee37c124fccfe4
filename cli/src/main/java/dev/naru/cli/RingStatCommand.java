package dev.naru.cli;

import dev.naru.channels.Address;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code naru ring stat}. */
@Command(
        name = "stat",
        description = {
            "Describe rings: who has which end, the counters, what waits, and which processes have them mapped.",
            "Nobody in the ring is disturbed. Other users' processes are seen only by root."
        })
final class RingStatCommand implements Callable<Integer> {
    private final Context context;

    @Parameters(arity = "1..*", paramLabel = "RING", description = RingPlace.DESCRIPTION, converter = RingPlace.class)
    private List<Address.Ring> places = new ArrayList<>();

    @Option(names = "--json", description = "One JSON object a line and ring.")
    private boolean json;

    RingStatCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException, CliException {
        boolean hides = false;
        for (Address.Ring place : places) {
            RingView view = RingView.of(place);
            FoundShared<Address.Ring> found = FoundShared.at(place);
            MappedMemory mapped = MappedMemory.of(List.of(found.mapped()));
            if (json) {
                new JsonLines(context.out()).line(body -> {
                    found.write(body);
                    view.write(body);
                    mapped.write(body, found.mapped());
                    mapped.orphaned(found.mapped()).write(body);
                });
            } else {
                print(found, view, mapped.words(found.mapped()));
            }
            hides |= mapped.hides(List.of(found.mapped()));
        }
        context.requireOutput();
        if (hides) {
            context.sayHidden();
        }
        return 0;
    }

    private void print(FoundShared<Address.Ring> found, RingView view, String attached) {
        context.out().println(Escapes.of(found.address().toString()));
        line("size", found.size() + " B");
        line("mode", Integer.toOctalString(found.mode()));
        line("owner", Escapes.of(FoundMemory.owner(found.uid())));
        view.lines().forEach(line -> line(line.getFirst(), Escapes.ofWords(line.getLast())));
        line("backlog", view.backlog() + " B");
        line("attached", attached);
    }

    private void line(String what, String value) {
        context.out().printf("  %-9s %s%n", what, value);
    }
}
