package dev.naru.cli;

import dev.naru.channels.ListenOptions;
import picocli.CommandLine.Option;

/** How a command listens; a picocli mixin. */
final class ListenOption {
    @Option(
            names = {"-m", "--mode"},
            paramLabel = "OCTAL",
            description = "Permission bits of a Unix socket's file: who may write it may connect (default: 600).",
            converter = ModeBits.class)
    private int mode = ListenOptions.usual().mode();

    @Option(
            names = "--backlog",
            paramLabel = "N",
            description = "How many may wait to be accepted (default: 4096, and at most net.core.somaxconn).")
    private int backlog = ListenOptions.usual().backlog();

    ListenOptions options() {
        return ListenOptions.usual().withMode(mode).withBacklog(Math.max(0, backlog));
    }
}
