package dev.naru.cli;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.GenericDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What has a name in a file of protobuf. */
final class RpcSymbols {
    private RpcSymbols() {}

    /** What a symbol is, in a word. */
    static String kind(GenericDescriptor symbol) {
        return switch (symbol) {
            case ServiceDescriptor _ -> "service";
            case MethodDescriptor _ -> "method";
            case Descriptor _ -> "message";
            case EnumDescriptor _ -> "enum";
            case FieldDescriptor field -> field.isExtension() ? "extension" : "field";
            default -> "symbol";
        };
    }

    /** The one of exactly that name. */
    static Optional<GenericDescriptor> find(FileDescriptor file, String name) {
        return all(file).stream()
                .filter(each -> each.getFullName().equals(name))
                .findFirst();
    }

    /** Services, methods, messages, enums and fields, each before what is inside it. */
    static List<GenericDescriptor> all(FileDescriptor file) {
        List<GenericDescriptor> all = new ArrayList<>();
        for (ServiceDescriptor service : file.getServices()) {
            all.add(service);
            all.addAll(service.getMethods());
        }
        file.getMessageTypes().forEach(message -> add(all, message));
        all.addAll(file.getEnumTypes());
        all.addAll(file.getExtensions());
        return all;
    }

    private static void add(List<GenericDescriptor> all, Descriptor message) {
        if (message.getOptions().getMapEntry()) {
            return; // of a map, which is its field
        }
        all.add(message);
        all.addAll(message.getFields());
        message.getNestedTypes().forEach(nested -> add(all, nested));
        all.addAll(message.getEnumTypes());
        all.addAll(message.getExtensions());
    }
}
