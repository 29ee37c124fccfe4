package dev.naru.cli;

import dev.naru.channels.Address;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A socket as people name it. */
final class SocketPlace implements ITypeConverter<Address> {
    /** What stands on the command lines. */
    static final String DESCRIPTION =
            "Which: tcp:HOST:PORT, unix:PATH or unix:@NAME, the latter two also with ?type=seqpacket or ?type=dgram.";

    @Override
    public Address convert(String text) {
        Address address = Address.parse(text);
        if (address instanceof Address.Socket) {
            return address;
        }
        throw new TypeConversionException(
                "'" + text + "' is no socket; name one, as tcp:127.0.0.1:7000 or unix:run/app.sock");
    }
}
