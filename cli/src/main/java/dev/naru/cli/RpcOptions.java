package dev.naru.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Which server, and how it is reached; a picocli mixin. Names no class of gRPC, so that help need not load it. */
final class RpcOptions {
    private static final int DEFAULT_MESSAGE = 4 << 20;

    @Parameters(
            index = "0",
            arity = "1",
            paramLabel = "ADDRESS",
            description = RpcPlace.DESCRIPTION,
            converter = RpcPlace.class)
    private String address = "";

    @Option(
            names = "--protoset",
            paramLabel = "FILE",
            description =
                    "Descriptors, as 'protoc --include_imports --descriptor_set_out=FILE' makes them, instead of the server's"
                            + " reflection; several times for several.")
    private List<Path> protosets = new ArrayList<>();

    @Option(
            names = {"-H", "--header"},
            paramLabel = "NAME: VALUE",
            description =
                    "Sent with each call; several times for several. Of a NAME that ends in -bin, VALUE is base64.")
    private List<String> headers = new ArrayList<>();

    @Option(
            names = "--deadline",
            paramLabel = "TIME",
            description = "How long a call may take: 200ms, 5s, 2m (default: for ever).")
    private @Nullable Duration deadline;

    @Option(
            names = "--max-message",
            paramLabel = "SIZE",
            converter = Sizes.class,
            description = "The largest message that is taken: 4096, 64K, 1M (default: 4M).")
    private long maxMessage = DEFAULT_MESSAGE;

    @Option(names = "--plaintext", description = "Without TLS, as it is by itself.")
    private boolean plaintext;

    @Option(names = "--tls", description = "With TLS, by the certificates that the JDK trusts.")
    private boolean tls;

    @Option(names = "--cacert", paramLabel = "FILE", description = "With TLS, by the certificates of that file (PEM).")
    private @Nullable Path authorities;

    @Option(
            names = "--authority",
            paramLabel = "NAME",
            description = "What the server is called in the calls, and in its certificate.")
    private @Nullable String authority;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create(); // picocli sets it

    /**
     * A header.
     *
     * @param value base64 where the name ends in {@code -bin}
     */
    record Header(String name, String value) {}

    String address() {
        return address;
    }

    List<Path> protosets() {
        return protosets;
    }

    /** Null for none. */
    @Nullable
    Duration deadline() {
        return deadline;
    }

    int maxMessage() {
        return Math.clamp(maxMessage, 1, Integer.MAX_VALUE);
    }

    boolean isEncrypted() {
        boolean wanted = tls || authorities != null;
        if (wanted && plaintext) {
            throw new ParameterException(spec.commandLine(), "--plaintext goes with neither --tls nor --cacert");
        }
        if (wanted && address.startsWith("rpc:")) {
            throw new ParameterException(
                    spec.commandLine(), address + ": memory that is shared needs no TLS: leave --tls and --cacert out");
        }
        return wanted;
    }

    /** Whom to trust; null for whom the JDK trusts. */
    @Nullable
    Path authorities() {
        return authorities;
    }

    @Nullable
    String authority() {
        return authority;
    }

    List<Header> headers() {
        return headers.stream().map(this::header).toList();
    }

    private Header header(String text) {
        int colon = text.indexOf(':', 1);
        if (colon < 0) {
            throw new ParameterException(spec.commandLine(), "-H '" + text + "': write NAME: VALUE");
        }
        return new Header(
                text.substring(0, colon).strip(), text.substring(colon + 1).strip());
    }

    /** That a header is none. */
    ParameterException refused(Header header, String why) {
        return new ParameterException(spec.commandLine(), "-H '" + header.name() + ": " + header.value() + "': " + why);
    }
}
