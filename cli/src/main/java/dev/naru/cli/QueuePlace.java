package dev.naru.cli;

import dev.naru.channels.Address;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A message queue as people name it: {@code /jobs}, {@code 0x6a01}, {@code 65538}, {@code run/app#7}, or after its kind. */
final class QueuePlace implements ITypeConverter<Address.Queue> {
    private static final String POSIX = "mq:";
    private static final String SYSTEM_V = "sysv:";

    private static final String FORMS =
            "a POSIX name (/jobs, mq:/jobs), or of System V a key (0x6a01), an msqid (65538)"
                    + " or a file and a project id (run/app#7), each also after sysv:";

    /** What stands on the command lines. */
    static final String DESCRIPTION = "Which: " + FORMS + ".";

    @Override
    public Address.Queue convert(String text) {
        if (text.isEmpty()) {
            throw new TypeConversionException("'' is no queue; name one, such as /jobs");
        }
        if (!text.startsWith(POSIX)) {
            Places.requireKind(text, SYSTEM_V, "message queue", FORMS);
        }
        return switch (Address.parse(address(text))) {
            case Address.Queue queue -> queue;
            case Address other -> throw new IllegalStateException("parsed as " + other);
        };
    }

    private static String address(String text) {
        if (Places.isAddress(text)) {
            return text;
        }
        return (text.lastIndexOf('/') == 0 ? POSIX : SYSTEM_V) + text;
    }
}
