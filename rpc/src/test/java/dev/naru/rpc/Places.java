package dev.naru.rpc;

import dev.naru.channels.Address;
import java.io.IOException;
import java.nio.file.Files;
import java.util.UUID;

/** Addresses of the tests. */
final class Places {
    private Places() {}

    static String unused() {
        return "rpc:/naru-test-" + UUID.randomUUID();
    }

    /** What a server that was killed leaves there. */
    static void remove(String address) throws IOException {
        boolean _ = Files.deleteIfExists(Rendezvous.socketOf((Address.Rpc) Address.parse(address)));
    }
}
