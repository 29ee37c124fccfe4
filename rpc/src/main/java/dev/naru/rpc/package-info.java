/**
 * gRPC over shared memory: {@link dev.naru.rpc.RpcServer} serves what is generated from an ordinary {@code .proto}, and
 * {@link dev.naru.rpc.RpcChannel} is the channel of its stubs.
 */
@NullMarked
package dev.naru.rpc;

import org.jspecify.annotations.NullMarked;
