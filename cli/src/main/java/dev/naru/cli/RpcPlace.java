package dev.naru.cli;

import dev.naru.channels.Address;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Where a gRPC server is, as its channel takes it. A target of gRPC is no address of ours, and stays as it is. */
final class RpcPlace implements ITypeConverter<String> {
    private static final String FORMS = "rpc:/NAME, rpc:PATH, unix:PATH, tcp:HOST:PORT, dns:///HOST:PORT";
    private static final String TARGET = "dns:";

    /** What stands on the command lines. */
    static final String DESCRIPTION = "Where the server is: " + FORMS + ".";

    @Override
    public String convert(String text) {
        if (text.startsWith(TARGET)) {
            return text;
        }
        if (!Places.isAddress(text)) {
            throw new TypeConversionException("'" + text + "' has no kind: a server is at " + FORMS);
        }
        Address address = Address.parse(text);
        return switch (address) {
            case Address.Rpc _, Address.Socket _ -> address.toString();
            default -> throw new TypeConversionException("'" + text + "' takes no calls: a server is at " + FORMS);
        };
    }
}
