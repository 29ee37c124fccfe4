package dev.naru.cli;

import java.io.IOException;

/** Where a relay puts messages. */
@FunctionalInterface
interface Outlet {
    /** Waits until it went. */
    void put(Message message) throws IOException, InterruptedException, CliException;
}
