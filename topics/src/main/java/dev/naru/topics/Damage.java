package dev.naru.topics;

import java.nio.file.Path;

/**
 * Bytes of a log that are not what was appended.
 *
 * @param file in which file
 * @param position where in it, in bytes
 * @param found what is wrong there
 */
public record Damage(Path file, long position, String found) {
    @Override
    public String toString() {
        return file + ": position " + position + ": " + found;
    }
}
