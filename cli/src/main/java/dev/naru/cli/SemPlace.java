package dev.naru.cli;

import dev.naru.channels.Address;
import dev.naru.memory.NamedSemaphore;
import dev.naru.memory.SemaphoreSet;
import dev.naru.memory.SharedSemaphore;
import java.io.IOException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Semaphores as people name them: {@code /slots}, {@code 0x6a01}, {@code 65538}, {@code run/app#7}, or after {@code sem:}. */
final class SemPlace implements ITypeConverter<Address.Semaphore> {
    private static final String KIND = "sem:";

    private static final String FORMS = "a POSIX name (/slots), or of System V a key (0x6a01), a semid (65538)"
            + " or a file and a project id (run/app#7), each also after sem:";

    /** What stands on the command lines. */
    static final String DESCRIPTION = "Which: " + FORMS + ".";

    @Override
    public Address.Semaphore convert(String text) {
        if (text.isEmpty()) {
            throw new TypeConversionException("'' is no semaphore; name one, such as /slots");
        }
        Places.requireKind(text, KIND, "semaphore", FORMS);
        return switch (Address.parse(text.startsWith(KIND) ? text : KIND + text)) {
            case Address.Semaphore semaphore -> semaphore;
            case Address other -> throw new IllegalStateException("parsed as " + other);
        };
    }

    /**
     * Opens one of them.
     *
     * @param number which of a set
     * @param undo whether the kernel gives back, of a set, what this process has acquired
     * @throws IllegalArgumentException when it is not there by that number
     */
    static SharedSemaphore open(Address.Semaphore place, int number, boolean undo) throws IOException {
        return switch (place) {
            case Address.PosixSemaphore named -> {
                if (number != 0) {
                    throw new IllegalArgumentException("semaphore " + number + ": a POSIX semaphore stands alone");
                }
                yield NamedSemaphore.open(named.name());
            }
            case Address.SystemVSemaphores named -> {
                SemaphoreSet set = SemaphoreSet.open(named);
                yield undo ? set.semaphoreWithUndo(number) : set.semaphore(number);
            }
        };
    }
}
