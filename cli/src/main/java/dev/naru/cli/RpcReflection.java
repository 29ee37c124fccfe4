package dev.naru.cli;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.naru.linux.Problem;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.reflection.v1.ErrorResponse;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Types that a server describes itself: grpc.reflection.v1, or v1alpha, which has the same messages. */
final class RpcReflection implements RpcSource {
    private static final MethodDescriptor<ServerReflectionRequest, ServerReflectionResponse> V1 =
            ServerReflectionGrpc.getServerReflectionInfoMethod();
    private static final MethodDescriptor<ServerReflectionRequest, ServerReflectionResponse> V1_ALPHA = V1.toBuilder()
            .setFullMethodName(MethodDescriptor.generateFullMethodName(
                    "grpc.reflection.v1alpha.ServerReflection", "ServerReflectionInfo"))
            .setSchemaDescriptor(null)
            .build();

    private final RpcSession session;
    private MethodDescriptor<ServerReflectionRequest, ServerReflectionResponse> version = V1;

    RpcReflection(RpcSession session) {
        this.session = session;
    }

    @Override
    public List<String> services() throws InterruptedException, CliException {
        ServerReflectionRequest all =
                ServerReflectionRequest.newBuilder().setListServices("*").build();
        return ask(all).getListServicesResponse().getServiceList().stream()
                .map(ServiceResponse::getName)
                .sorted()
                .toList();
    }

    @Override
    public List<FileDescriptorProto> declaring(String symbol) throws InterruptedException, CliException {
        return files(ServerReflectionRequest.newBuilder()
                .setFileContainingSymbol(symbol)
                .build());
    }

    @Override
    public Optional<FileDescriptorProto> file(String name) throws InterruptedException, CliException {
        return files(ServerReflectionRequest.newBuilder()
                        .setFileByFilename(name)
                        .build())
                .stream()
                .filter(file -> file.getName().equals(name))
                .findFirst();
    }

    private List<FileDescriptorProto> files(ServerReflectionRequest request) throws InterruptedException, CliException {
        List<FileDescriptorProto> files = new ArrayList<>();
        try {
            for (ByteString file : ask(request).getFileDescriptorResponse().getFileDescriptorProtoList()) {
                files.add(FileDescriptorProto.parseFrom(file));
            }
        } catch (InvalidProtocolBufferException other) {
            throw new CliException(Problem.NO_REFLECTION, session.address(), String.valueOf(other.getMessage()));
        }
        return files;
    }

    /** In the version that the server has. Of what it does not know the answer is empty. */
    private ServerReflectionResponse ask(ServerReflectionRequest request) throws InterruptedException, CliException {
        try {
            return answer(request);
        } catch (StatusRuntimeException refused) {
            if (refused.getStatus().getCode() != Status.Code.UNIMPLEMENTED) {
                throw refused;
            }
            if (version.equals(V1_ALPHA)) {
                throw new CliException(Problem.NO_REFLECTION, session.address());
            }
            version = V1_ALPHA;
            return ask(request);
        }
    }

    private ServerReflectionResponse answer(ServerReflectionRequest request) throws InterruptedException {
        CompletableFuture<ServerReflectionResponse> answer = new CompletableFuture<>();
        ClientCall<ServerReflectionRequest, ServerReflectionResponse> call =
                session.channel().newCall(version, session.callOptions());
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onMessage(ServerReflectionResponse message) {
                        boolean _ = answer.complete(message);
                    }

                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        Status why = status.isOk() ? Status.INTERNAL.withDescription("no answer came") : status;
                        boolean _ = answer.completeExceptionally(why.asRuntimeException(trailers));
                    }
                },
                session.headers());
        call.request(1);
        call.sendMessage(request);
        call.halfClose();
        try {
            ServerReflectionResponse response = answer.get();
            if (response.hasErrorResponse()) {
                ErrorResponse error = response.getErrorResponse();
                Status status = Status.fromCodeValue(error.getErrorCode());
                if (status.getCode() != Status.Code.NOT_FOUND) {
                    throw status.withDescription(error.getErrorMessage()).asRuntimeException();
                }
            }
            return response;
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof StatusRuntimeException status) {
                throw status;
            }
            throw new IllegalStateException(failed.getCause());
        } catch (InterruptedException ended) {
            call.cancel("interrupted", ended);
            throw ended;
        }
    }
}
