package dev.naru.cli;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.naru.linux.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Types from files that protoc has made. */
final class RpcProtosets implements RpcSource {
    private final Map<String, FileDescriptorProto> files = new LinkedHashMap<>();

    RpcProtosets(List<Path> protosets) throws IOException, CliException {
        for (Path protoset : protosets) {
            try {
                FileDescriptorSet.parseFrom(Files.readAllBytes(protoset))
                        .getFileList()
                        .forEach(file -> files.putIfAbsent(file.getName(), file));
            } catch (InvalidProtocolBufferException other) {
                throw new CliException(Problem.NO_PROTOSET, protoset.toString(), String.valueOf(other.getMessage()));
            }
        }
    }

    @Override
    public List<String> services() {
        return files.values().stream()
                .flatMap(file -> file.getServiceList().stream()
                        .map(service -> file.getPackage().isEmpty()
                                ? service.getName()
                                : file.getPackage() + "." + service.getName()))
                .sorted()
                .toList();
    }

    /** All of them: it is looked for there. */
    @Override
    public List<FileDescriptorProto> declaring(String symbol) {
        return List.copyOf(files.values());
    }

    @Override
    public Optional<FileDescriptorProto> file(String name) {
        return Optional.ofNullable(files.get(name));
    }
}
