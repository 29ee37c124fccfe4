package dev.naru.channels;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.SystemVKeys;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * By what a System V object is found: a key that its users agree on, the kernel's number for it, or a file that all of them know.
 *
 * <table>
 * <caption>As text, behind the kind of an {@link Address}</caption>
 * <tr><td>{@code 0x6a01}</td><td>a key, as {@code ipcs} shows it</td></tr>
 * <tr><td>{@code 65538}</td><td>the kernel's number, the msqid or semid, as {@code ipcs} shows it</td></tr>
 * <tr><td>{@code run/app#7}, {@code run/app#A}</td><td>the key that ftok(3) makes of a file and a project id: a number of 1 to 255, or
 * the code of a character that is no digit</td></tr>
 * </table>
 */
public sealed interface SystemV {
    /**
     * A key.
     *
     * @param key not 0
     */
    record Key(int key) implements SystemV {
        /** Refuses IPC_PRIVATE. */
        public Key {
            if (key == 0) {
                throw new AddressException("0x0", "a key is not 0");
            }
        }

        @Override
        public String toString() {
            return "0x" + Integer.toHexString(key);
        }
    }

    /**
     * The kernel's number.
     *
     * @param id 0 or more
     */
    record Id(int id) implements SystemV {
        /** Refuses what no object has. */
        public Id {
            if (id < 0) {
                throw new AddressException(Integer.toString(id), "the kernel's number is 0 or more");
            }
        }

        @Override
        public String toString() {
            return Integer.toString(id);
        }
    }

    /**
     * A file that is there, and a project id.
     *
     * @param path of any file
     * @param project 1 to 255
     */
    record File(Path path, int project) implements SystemV {
        private static final int MOST = 255;

        /** Refuses what is no project id. */
        public File {
            if (project < 1 || project > MOST) {
                throw new AddressException(path + "#" + project, "a project id is a number of 1 to 255");
            }
        }

        /**
         * The key that ftok(3) makes of them.
         *
         * @throws ErrnoException when the file is not there
         */
        public int key() throws ErrnoException {
            return SystemVKeys.ofFile(path, project);
        }

        @Override
        public String toString() {
            return path + "#" + project;
        }
    }

    /**
     * Reads one.
     *
     * @param text of the whole address, which errors show
     * @param rest of it, behind the kind
     * @throws AddressException when it has none of the forms
     */
    static SystemV parse(String text, String rest) {
        try {
            int hash = rest.lastIndexOf('#');
            if (hash > 0) {
                return new File(Path.of(rest.substring(0, hash)), project(text, rest.substring(hash + 1)));
            }
            if (rest.matches("0x[0-9a-fA-F]{1,8}") && !rest.matches("0x0+")) {
                return new Key(Integer.parseUnsignedInt(rest.substring(2), 16));
            }
            if (rest.matches("[0-9]+")) {
                return new Id(Integer.parseInt(rest));
            }
        } catch (NumberFormatException tooLarge) {
            // said below
        } catch (InvalidPathException invalid) {
            throw new AddressException(text, invalid.getReason());
        }
        throw new AddressException(
                text, "write a key, 0x and at most 8 hexadecimal digits; or the kernel's number; or PATH#PROJECT");
    }

    private static int project(String text, String project) {
        if (project.matches("[0-9]{1,3}")) {
            return Integer.parseInt(project);
        }
        if (project.length() == 1 && project.charAt(0) > ' ' && project.charAt(0) <= '~') {
            return project.charAt(0);
        }
        throw new AddressException(text, "a project id is a number of 1 to 255, or one character");
    }
}
