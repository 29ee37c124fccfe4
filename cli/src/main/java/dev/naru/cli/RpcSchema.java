package dev.naru.cli;

import com.google.protobuf.AnyProto;
import com.google.protobuf.ApiProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.GenericDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.DurationProto;
import com.google.protobuf.EmptyProto;
import com.google.protobuf.FieldMaskProto;
import com.google.protobuf.SourceContextProto;
import com.google.protobuf.StructProto;
import com.google.protobuf.TimestampProto;
import com.google.protobuf.TypeProto;
import com.google.protobuf.WrappersProto;
import com.google.protobuf.util.JsonFormat;
import dev.naru.linux.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The types of a server, asked for as they are needed. Thread-safe: who sends and who receives looks for types. */
final class RpcSchema {
    /** Those that every protobuf has, also where nobody sends them along. */
    private static final Map<String, FileDescriptorProto> WELL_KNOWN = Stream.of(
                    AnyProto.getDescriptor(),
                    ApiProto.getDescriptor(),
                    DurationProto.getDescriptor(),
                    EmptyProto.getDescriptor(),
                    FieldMaskProto.getDescriptor(),
                    SourceContextProto.getDescriptor(),
                    StructProto.getDescriptor(),
                    TimestampProto.getDescriptor(),
                    TypeProto.getDescriptor(),
                    WrappersProto.getDescriptor())
            .collect(Collectors.toUnmodifiableMap(FileDescriptor::getName, FileDescriptor::toProto));

    private final String address;
    private final RpcSource source;
    private final Map<String, FileDescriptor> files = new LinkedHashMap<>();
    private @Nullable List<String> services;

    RpcSchema(String address, RpcSource source) {
        this.address = address;
        this.source = source;
    }

    /** The names of all services, sorted. */
    synchronized List<String> services() throws InterruptedException, CliException {
        List<String> known = services;
        if (known == null) {
            known = source.services();
            services = known;
        }
        return known;
    }

    /** The service of that name, or the only one whose name ends so. */
    synchronized ServiceDescriptor service(String name) throws InterruptedException, CliException {
        List<String> all = services();
        List<String> meant = all.contains(name)
                ? List.of(name)
                : all.stream().filter(each -> each.endsWith("." + name)).toList();
        if (meant.size() > 1) {
            throw severalAre(name, meant);
        }
        String full = meant.isEmpty() ? name : meant.getFirst(); // it need not list all that it has
        return find(full)
                .filter(ServiceDescriptor.class::isInstance)
                .map(ServiceDescriptor.class::cast)
                .orElseThrow(() -> missing(name, all.isEmpty() ? "" : "it has " + String.join(", ", all)));
    }

    /** The method of a name as {@code Greeter/Greet} or {@code Greeter.Greet}. */
    synchronized MethodDescriptor method(String name) throws InterruptedException, CliException {
        int end = Math.max(name.lastIndexOf('/'), name.lastIndexOf('.'));
        if (end <= 0) {
            throw missing(name, "a method is SERVICE/METHOD");
        }
        ServiceDescriptor service = service(name.substring(0, end));
        MethodDescriptor method = service.findMethodByName(name.substring(end + 1));
        if (method == null) {
            String methods =
                    service.getMethods().stream().map(MethodDescriptor::getName).collect(Collectors.joining(", "));
            throw missing(name, service.getFullName() + " has " + methods);
        }
        return method;
    }

    /** What has that name; or else the only service, and then the only thing in the services and what they use, whose name ends so. */
    synchronized GenericDescriptor symbol(String text) throws InterruptedException, CliException {
        String name = text.replace('/', '.').replaceFirst("^\\.", "");
        Optional<GenericDescriptor> exact = find(name);
        if (exact.isPresent()) {
            return exact.get();
        }
        List<GenericDescriptor> served = new ArrayList<>();
        for (String service : services()) {
            find(service).ifPresent(served::add);
        }
        exact = known(name); // reflection of Java does not know every enum by its name
        if (exact.isPresent()) {
            return exact.get();
        }
        List<GenericDescriptor> meant = endingSo(served, name);
        if (meant.isEmpty()) {
            meant = endingSo(
                    files.values().stream()
                            .flatMap(file -> RpcSymbols.all(file).stream())
                            .toList(),
                    name);
        }
        if (meant.size() > 1) {
            throw severalAre(
                    text, meant.stream().map(GenericDescriptor::getFullName).toList());
        }
        return meant.stream().findFirst().orElseThrow(() -> missing(text, ""));
    }

    private static List<GenericDescriptor> endingSo(List<GenericDescriptor> symbols, String name) {
        return symbols.stream()
                .filter(each -> each.getFullName().endsWith("." + name))
                .toList();
    }

    private CliException missing(String name, String reason) {
        return new CliException(Problem.NO_SYMBOL, address + " " + name, reason);
    }

    private CliException severalAre(String name, List<String> meant) {
        return new CliException(Problem.SEVERAL_SYMBOLS, address + " " + name, String.join(", ", meant));
    }

    /** What has exactly that name. */
    synchronized Optional<GenericDescriptor> find(String name) throws InterruptedException, CliException {
        Optional<GenericDescriptor> known = known(name);
        if (known.isPresent()) {
            return known;
        }
        Map<String, FileDescriptorProto> came = new LinkedHashMap<>();
        source.declaring(name).forEach(file -> came.put(file.getName(), file));
        for (FileDescriptorProto file : came.values()) {
            FileDescriptor _ = build(file, came);
        }
        return known(name);
    }

    private Optional<GenericDescriptor> known(String name) {
        return files.values().stream()
                .flatMap(file -> RpcSymbols.find(file, name).stream())
                .findFirst();
    }

    private FileDescriptor build(FileDescriptorProto file, Map<String, FileDescriptorProto> beside)
            throws InterruptedException, CliException {
        FileDescriptor built = files.get(file.getName());
        if (built != null) {
            return built;
        }
        List<FileDescriptor> imports = new ArrayList<>();
        for (String name : file.getDependencyList()) {
            Optional<FileDescriptorProto> imported = imported(name, beside);
            if (imported.isPresent()) {
                imports.add(build(imported.get(), beside));
            }
        }
        try {
            boolean unknownImports = true; // what is not there may not be needed
            built = FileDescriptor.buildFrom(file, imports.toArray(FileDescriptor[]::new), unknownImports);
        } catch (DescriptorValidationException wrong) {
            throw new CliException(
                    Problem.NO_PROTOSET, address + " " + file.getName(), String.valueOf(wrong.getMessage()));
        }
        files.put(file.getName(), built);
        return built;
    }

    private Optional<FileDescriptorProto> imported(String name, Map<String, FileDescriptorProto> beside)
            throws InterruptedException, CliException {
        FileDescriptorProto here = beside.getOrDefault(name, WELL_KNOWN.get(name));
        FileDescriptor built = files.get(name);
        return built != null ? Optional.of(built.toProto()) : here != null ? Optional.of(here) : source.file(name);
    }

    /** All messages that came so far, and those, by which JSON finds what stands in an {@code Any}. */
    synchronized JsonFormat.TypeRegistry types(List<Descriptor> more) {
        List<Descriptor> messages = files.values().stream()
                .flatMap(file -> file.getMessageTypes().stream())
                .toList();
        return JsonFormat.TypeRegistry.newBuilder().add(messages).add(more).build();
    }
}
