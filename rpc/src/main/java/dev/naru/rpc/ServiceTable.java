package dev.naru.rpc;

import io.grpc.HandlerRegistry;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The services of a server, with the interceptors around them. Immutable but for its fallback. */
final class ServiceTable {
    private final List<ServerServiceDefinition> services;
    private final List<ServerInterceptor> interceptors;
    private final @Nullable HandlerRegistry fallback;
    private final Map<String, ServerMethodDefinition<?, ?>> methods = new HashMap<>();

    /** As in gRPC, of two services of one name the later one counts. */
    ServiceTable(
            List<ServerServiceDefinition> services,
            List<ServerInterceptor> interceptors,
            @Nullable HandlerRegistry fallback) {
        Map<String, ServerServiceDefinition> byName = new LinkedHashMap<>();
        for (ServerServiceDefinition service : services) {
            byName.put(service.getServiceDescriptor().getName(), service);
        }
        this.services = List.copyOf(byName.values());
        this.interceptors = List.copyOf(interceptors);
        this.fallback = fallback;
        for (ServerServiceDefinition service : this.services) {
            for (ServerMethodDefinition<?, ?> method :
                    ServerInterceptors.intercept(service, this.interceptors).getMethods()) {
                methods.put(method.getMethodDescriptor().getFullMethodName(), method);
            }
        }
    }

    /** As they were added, without interceptors. */
    List<ServerServiceDefinition> services() {
        return services;
    }

    List<ServerInterceptor> interceptors() {
        return interceptors;
    }

    @Nullable
    HandlerRegistry fallback() {
        return fallback;
    }

    List<ServerServiceDefinition> mutableServices() {
        return fallback == null ? List.of() : List.copyOf(fallback.getServices());
    }

    /** The method of that full name, of the services that do not change; null when there is none. */
    @Nullable
    ServerMethodDefinition<?, ?> findOwn(String fullName) {
        return methods.get(fullName);
    }

    /** The same, or else the one that the fallback has just now, for a server that goes by that authority. */
    @Nullable
    ServerMethodDefinition<?, ?> find(String fullName, @Nullable String authority) {
        ServerMethodDefinition<?, ?> found = methods.get(fullName);
        return found != null || fallback == null ? found : intercepted(fallback.lookupMethod(fullName, authority));
    }

    private @Nullable ServerMethodDefinition<?, ?> intercepted(@Nullable ServerMethodDefinition<?, ?> method) {
        if (method == null || interceptors.isEmpty()) {
            return method;
        }
        String service = method.getMethodDescriptor().getServiceName();
        ServerServiceDefinition alone = ServerServiceDefinition.builder(service == null ? "" : service)
                .addMethod(method)
                .build();
        return ServerInterceptors.intercept(alone, interceptors)
                .getMethod(method.getMethodDescriptor().getFullMethodName());
    }
}
