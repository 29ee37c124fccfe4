package dev.naru.cli;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import java.util.List;
import java.util.Optional;

/** Where types come from. */
interface RpcSource {
    /** The names of all services. */
    List<String> services() throws InterruptedException, CliException;

    /** The file in which that symbol is, with others that came along; none where it is not known. */
    List<FileDescriptorProto> declaring(String symbol) throws InterruptedException, CliException;

    /** The file of that name, which another one imports. */
    Optional<FileDescriptorProto> file(String name) throws InterruptedException, CliException;
}
