package dev.naru.cli;

import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.GenericDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A symbol as a .proto file has it. Types have their full names, by which they can be described in turn. */
final class RpcDefinition {
    private static final String STEP = "  ";

    private final StringBuilder text = new StringBuilder();
    private String indent = "";

    private RpcDefinition() {}

    static String of(GenericDescriptor symbol) {
        RpcDefinition definition = new RpcDefinition();
        switch (symbol) {
            case ServiceDescriptor service -> definition.service(service);
            case MethodDescriptor method -> definition.method(method);
            case Descriptor message -> definition.message(message);
            case EnumDescriptor constants -> definition.constants(constants);
            case FieldDescriptor field -> definition.field(field);
            default -> definition.line(symbol.getFullName());
        }
        return definition.text.toString().stripTrailing();
    }

    private void line(String words) {
        text.append(indent).append(words).append('\n');
    }

    private void block(String head, Runnable body) {
        line(head + " {");
        String before = indent;
        indent += STEP;
        body.run();
        indent = before;
        line("}");
    }

    private void service(ServiceDescriptor service) {
        block("service " + service.getName(), () -> service.getMethods().forEach(this::method));
    }

    private void method(MethodDescriptor method) {
        line("rpc " + method.getName()
                + " (" + (method.isClientStreaming() ? "stream " : "")
                + method.getInputType().getFullName()
                + ") returns (" + (method.isServerStreaming() ? "stream " : "")
                + method.getOutputType().getFullName() + ")"
                + (method.getOptions().getDeprecated() ? " { option deprecated = true; }" : ";"));
    }

    private void message(Descriptor message) {
        block("message " + message.getName(), () -> {
            List<OneofDescriptor> shown = new ArrayList<>();
            for (FieldDescriptor field : message.getFields()) {
                OneofDescriptor oneof = field.getRealContainingOneof();
                if (oneof == null) {
                    field(field);
                } else if (!shown.contains(oneof)) {
                    shown.add(oneof);
                    block("oneof " + oneof.getName(), () -> oneof.getFields().forEach(this::field));
                }
            }
            message.getNestedTypes().stream()
                    .filter(nested -> !nested.getOptions().getMapEntry())
                    .forEach(this::message);
            message.getEnumTypes().forEach(this::constants);
        });
    }

    private void constants(EnumDescriptor constants) {
        block("enum " + constants.getName(), () -> {
            for (EnumValueDescriptor value : constants.getValues()) {
                line(value.getName() + " = " + value.getNumber() + ";");
            }
        });
    }

    private void field(FieldDescriptor field) {
        List<String> options = new ArrayList<>();
        if (field.hasDefaultValue()) {
            options.add("default = " + field.toProto().getDefaultValue());
        }
        if (field.getOptions().getDeprecated()) {
            options.add("deprecated = true");
        }
        line(label(field) + type(field) + " " + field.getName() + " = " + field.getNumber()
                + (options.isEmpty() ? "" : " [" + String.join(", ", options) + "]") + ";");
    }

    private static String label(FieldDescriptor field) {
        if (field.isMapField() || field.getRealContainingOneof() != null) {
            return "";
        }
        if (field.isRepeated()) {
            return "repeated ";
        }
        if (field.isRequired()) {
            return "required ";
        }
        FieldDescriptorProto declared = field.toProto();
        String syntax = field.getFile().toProto().getSyntax();
        boolean proto2 = syntax.isEmpty() || syntax.equals("proto2");
        return declared.getProto3Optional() || proto2 ? "optional " : "";
    }

    private static String type(FieldDescriptor field) {
        if (field.isMapField()) {
            List<FieldDescriptor> parts = field.getMessageType().getFields();
            return "map<" + type(parts.getFirst()) + ", " + type(parts.getLast()) + ">";
        }
        return switch (field.getJavaType()) {
            case MESSAGE -> field.getMessageType().getFullName();
            case ENUM -> field.getEnumType().getFullName();
            default -> field.getType().name().toLowerCase(Locale.ROOT);
        };
    }
}
