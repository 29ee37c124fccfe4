/**
 * Bytes between processes.
 *
 * <table>
 * <caption>Which one</caption>
 * <tr><th>The other side is</th><th>take</th><th>direction</th></tr>
 * <tr><td>a child of ours, or two children of ours</td><td>{@link dev.naru.channels.AnonymousPipe}</td><td>one way</td></tr>
 * <tr><td>a child of ours, both ways</td><td>{@link dev.naru.channels.DuplexPipe}</td><td>two pipes</td></tr>
 * <tr><td>any process that knows a path</td><td>{@link dev.naru.channels.Fifo}</td><td>one way</td></tr>
 * <tr><td>whoever started us</td><td>{@link dev.naru.channels.Endpoints} with {@code -} or {@code fd:3}</td><td>as opened</td></tr>
 * </table>
 *
 * <p>Every end is an {@link dev.naru.channels.InputChannel} or an {@link dev.naru.channels.OutputChannel}: a
 * {@code java.nio} channel that also has timed and try forms. Children are started by {@link dev.naru.channels.Command}.
 */
package dev.naru.channels;
