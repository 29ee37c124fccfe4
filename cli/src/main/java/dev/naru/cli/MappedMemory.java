package dev.naru.cli;

import dev.naru.linux.FileStatus;
import dev.naru.linux.ProcessIdentity;
import dev.naru.linux.SystemVMemory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.core.JsonGenerator;

/** Who has which memory mapped, as {@code /proc/PID/maps} shows it (proc(5)). */
final class MappedMemory {
    // address perms offset dev inode path
    private static final int DEVICE = 3;
    private static final int INODE = 4;
    private static final int PATH = 5;
    private static final String SEGMENT = "/SYSV";

    /**
     * A process that has it mapped.
     *
     * @param pid its id
     * @param name what the kernel calls it
     */
    record Holder(long pid, String name) {}

    /**
     * A file or a segment.
     *
     * @param device its file system, as maps write it: two hexadecimal numbers; {@code SYSV} for a segment
     * @param inode its number there; the id of a segment
     */
    record Key(String device, long inode) {
        static Key of(FileStatus file) {
            String[] numbers = file.device().split(":", -1);
            return new Key(
                    "%02x:%02x".formatted(Integer.parseUnsignedInt(numbers[0]), Integer.parseUnsignedInt(numbers[1])),
                    file.inode());
        }

        static Key of(SystemVMemory.Status segment) {
            return new Key(SEGMENT, segment.id());
        }
    }

    private final Map<Key, List<Holder>> holders = new HashMap<>();
    private boolean hidden;

    private MappedMemory() {}

    /** Of that memory, whoever we may look at. */
    static MappedMemory of(List<Key> memory) throws IOException {
        MappedMemory mapped = new MappedMemory();
        memory.forEach(found -> mapped.holders.put(found, new ArrayList<>()));
        if (memory.isEmpty()) {
            return mapped;
        }
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                mapped.look(process);
            }
        }
        mapped.holders.values().forEach(list -> list.sort((a, b) -> Long.compare(a.pid, b.pid)));
        return mapped;
    }

    private void look(Path process) {
        try {
            for (Path task : Descriptors.tasks(process)) {
                List<Key> keys = keys(task.resolve("maps"));
                keys.forEach(key -> add(key, process));
                if (!keys.isEmpty()) {
                    return; // all tasks have the same
                }
            }
        } catch (AccessDeniedException refused) {
            hidden = hidden || OtherUsers.isAnothers(process);
        } catch (IOException | UncheckedIOException gone) {
            // ended meanwhile
        }
    }

    private static List<Key> keys(Path maps) throws IOException {
        // a path need not be UTF-8
        try (var lines = Files.lines(maps, StandardCharsets.ISO_8859_1)) {
            return lines.map(line -> line.split(" +", PATH + 1))
                    .filter(fields -> fields.length > PATH)
                    .map(MappedMemory::key)
                    .distinct()
                    .toList();
        }
    }

    private static Key key(String[] fields) {
        String device = fields[PATH].startsWith(SEGMENT) ? SEGMENT : fields[DEVICE];
        return new Key(device, Long.parseLong(fields[INODE]));
    }

    private void add(Key key, Path process) {
        List<Holder> here = holders.get(key);
        if (here != null) {
            long pid = Long.parseLong(process.getFileName().toString());
            here.add(new Holder(
                    pid, ProcessIdentity.of(pid).map(ProcessIdentity::name).orElse("?")));
        }
    }

    private List<Holder> holders(Key memory) {
        return holders.getOrDefault(memory, List.of());
    }

    /** Whether it looks orphaned. */
    Orphaned orphaned(Key memory) {
        return Orphaned.ofHolders(!holders(memory).isEmpty(), hidden);
    }

    /** Whether somebody whom we may not look at may have some of it mapped. */
    boolean hides(List<Key> memory) {
        return hidden && memory.stream().anyMatch(each -> holders(each).isEmpty());
    }

    /** The processes that have it mapped, for people; and that it is orphaned, and {@code ?} where we may not look at all. */
    String words(Key memory) {
        List<Holder> here = holders(memory);
        return here.isEmpty()
                ? hidden ? "?" : Orphaned.YES.word()
                : here.stream()
                        .map(holder -> Escapes.of(holder.name()) + "(" + holder.pid() + ")")
                        .collect(Collectors.joining(","));
    }

    /** The property {@code attached}; null where we saw nobody and may not look at all. */
    void write(JsonGenerator json, Key memory) {
        if (hidden && holders(memory).isEmpty()) {
            json.writeNullProperty("attached");
            return;
        }
        json.writeArrayPropertyStart("attached");
        for (Holder holder : holders(memory)) {
            json.writeStartObject();
            json.writeNumberProperty("pid", holder.pid());
            json.writeStringProperty("name", holder.name());
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
