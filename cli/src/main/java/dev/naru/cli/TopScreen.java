package dev.naru.cli;

import java.io.Closeable;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.InfoCmp.Capability;
import org.jline.utils.NonBlockingReader;

/** The terminal as a screen: what was there comes back when it is closed, also by a signal. */
final class TopScreen implements Closeable {
    /** No key came in time. */
    static final int NONE = NonBlockingReader.READ_EXPIRED;

    /** Of a terminal that does not know its size. */
    private static final int USUAL_ROWS = 24;

    private static final int USUAL_COLUMNS = 80;

    private final Terminal terminal;
    private final Attributes before;
    private final ShutdownHook hook;

    private TopScreen(Terminal terminal) throws InterruptedException {
        this.terminal = terminal;
        this.before = terminal.enterRawMode();
        this.hook = ShutdownHook.register(this::restore);
        boolean _ = terminal.puts(Capability.enter_ca_mode);
        boolean _ = terminal.puts(Capability.cursor_invisible);
    }

    /** Empty where the terminal can show no screen, such as without TERM. */
    static Optional<TopScreen> open() throws InterruptedException {
        Terminal terminal;
        try {
            terminal = TerminalBuilder.builder()
                    .system(true)
                    .nativeSignals(false)
                    .dumb(false)
                    .build();
        } catch (IOException | IllegalStateException none) {
            return Optional.empty();
        }
        return Optional.of(new TopScreen(terminal));
    }

    /** How many lines there is room for now. */
    int height() {
        int rows = terminal.getSize().getRows();
        return rows > 0 ? rows : USUAL_ROWS;
    }

    /** Shows these lines, cut to the width, and nothing else. */
    void show(List<String> lines) {
        int columns = terminal.getSize().getColumns();
        int width = columns > 0 ? columns : USUAL_COLUMNS;
        PrintWriter out = terminal.writer();
        boolean _ = terminal.puts(Capability.clear_screen);
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            out.print(line.length() > width ? line.substring(0, width) : line);
            if (i < lines.size() - 1) {
                out.print("\n");
            }
        }
        terminal.flush();
    }

    /** The next key, {@link #NONE} after so long, or -1 at the end of the input. */
    int key(long millis) throws IOException {
        return terminal.reader().read(Math.max(1, millis));
    }

    private void restore() {
        boolean _ = terminal.puts(Capability.cursor_visible);
        boolean _ = terminal.puts(Capability.exit_ca_mode);
        terminal.flush();
        terminal.setAttributes(before);
    }

    @Override
    public void close() throws IOException {
        hook.close();
        restore();
        terminal.close();
    }
}
