package dev.naru.cli;

import dev.naru.linux.FileStatus;
import dev.naru.linux.ProcessIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import tools.jackson.core.JsonGenerator;

/** Who has which file open, as {@code /proc/PID/fd} and {@code /proc/PID/fdinfo} show it (proc(5)). */
final class OpenFiles {
    private static final int ACCESS_MODE = 3;
    private static final int WRITE_ONLY = 1;
    private static final int READ_ONLY = 0;

    /**
     * A process that has a file open.
     *
     * @param pid its id
     * @param name what the kernel calls it
     * @param number its descriptor
     * @param access O_RDONLY, O_WRONLY or O_RDWR
     */
    record Holder(long pid, String name, int number, int access) {}

    /** A file, whatever its names. */
    private record File(String device, long inode) {
        static File of(FileStatus status) {
            return new File(status.device(), status.inode());
        }
    }

    private final Map<File, List<Holder>> holders = new HashMap<>();
    private boolean hidden;

    private OpenFiles() {}

    /** Of those files, whoever we may look at. */
    static OpenFiles of(List<FileStatus> files) throws IOException {
        OpenFiles open = new OpenFiles();
        files.forEach(status -> open.holders.put(File.of(status), new ArrayList<>()));
        if (files.isEmpty()) {
            return open;
        }
        open.hidden = Descriptors.ofAll((process, number) -> open.look(process, number));
        return open;
    }

    private void look(Path process, Path number) {
        try {
            List<Holder> here = holders.get(File.of(FileStatus.of(number)));
            if (here != null) {
                long pid = Long.parseLong(process.getFileName().toString());
                String name = ProcessIdentity.of(pid).map(ProcessIdentity::name).orElse("?");
                int access = access(process.resolve("fdinfo").resolve(number.getFileName()));
                here.add(new Holder(
                        pid, name, Integer.parseInt(number.getFileName().toString()), access));
            }
        } catch (IOException gone) {
            // closed while we were looking
        }
    }

    /** The line {@code flags:} of fdinfo, in octal. */
    private static int access(Path information) throws IOException {
        return Files.readAllLines(information).stream()
                .filter(line -> line.startsWith("flags:"))
                .map(line -> Integer.parseInt(line.substring("flags:".length()).strip(), 8) & ACCESS_MODE)
                .findFirst()
                .orElse(READ_ONLY);
    }

    /** All who have it open. */
    List<Holder> holders(FileStatus file) {
        return holders(file, _ -> true);
    }

    List<Holder> readers(FileStatus file) {
        return holders(file, holder -> holder.access != WRITE_ONLY);
    }

    List<Holder> writers(FileStatus file) {
        return holders(file, holder -> holder.access != READ_ONLY);
    }

    /** Who has it open, for people; a dash for nobody, and {@code ?} where we may not look at all. */
    String words(FileStatus file) {
        return words(holders(file));
    }

    /** The same of some of them. */
    String words(List<Holder> some) {
        return some.isEmpty()
                ? hidden ? "?" : "-"
                : some.stream()
                        .map(holder -> Escapes.of(holder.name()) + "(" + holder.pid() + ")")
                        .distinct()
                        .collect(Collectors.joining(","));
    }

    /** As a property: null where we saw nobody and may not look at all. */
    void write(JsonGenerator json, String property, List<Holder> some) {
        if (hidden && some.isEmpty()) {
            json.writeNullProperty(property);
            return;
        }
        json.writeArrayPropertyStart(property);
        for (Holder holder : some) {
            json.writeStartObject();
            json.writeNumberProperty("pid", holder.pid());
            json.writeStringProperty("name", holder.name());
            json.writeNumberProperty("fd", holder.number());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** Whether there are processes that we may not look at. */
    boolean hidden() {
        return hidden;
    }

    private List<Holder> holders(FileStatus file, Predicate<Holder> wanted) {
        return holders.getOrDefault(File.of(file), List.of()).stream()
                .filter(wanted)
                .toList();
    }
}
