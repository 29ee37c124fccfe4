/**
 * System calls as plain Java objects, with no native build.
 *
 * <table>
 * <caption>Where to look</caption>
 * <tr><th>For</th><th>see</th></tr>
 * <tr><td>a descriptor that is closed once, and never under a running call</td><td>{@link dev.naru.linux.Descriptor}</td></tr>
 * <tr><td>waiting, on platform and virtual threads</td><td>{@link dev.naru.linux.Poller}</td></tr>
 * <tr><td>pipe(7), splice(2), tee(2), vmsplice(2)</td><td>{@link dev.naru.linux.Pipes}</td></tr>
 * <tr><td>fifo(7)</td><td>{@link dev.naru.linux.FifoNode}</td></tr>
 * <tr><td>starting a program, its status, its pidfd</td>
 *     <td>{@link dev.naru.linux.Spawn}, {@link dev.naru.linux.ChildProcess}, {@link dev.naru.linux.PidFd}</td></tr>
 * <tr><td>sleeping for a word in shared memory, and waking</td><td>{@link dev.naru.linux.Futex}, {@link dev.naru.linux.Sleepers}</td></tr>
 * <tr><td>files that processes map: birth, space, mapping</td>
 *     <td>{@link dev.naru.linux.UnnamedFile}, {@link dev.naru.linux.SharedFiles}, {@link dev.naru.linux.FileSpace},
 *     {@link dev.naru.linux.SharedMapping}</td></tr>
 * <tr><td>memfd_create(2) and seals; shmget(2)</td><td>{@link dev.naru.linux.Memfd}, {@link dev.naru.linux.SystemVMemory}</td></tr>
 * <tr><td>a lock that is a sign of life</td><td>{@link dev.naru.linux.OpenFileLock}</td></tr>
 * <tr><td>which sockets there are, and whose</td><td>{@link dev.naru.linux.SocketTable}</td></tr>
 * <tr><td>what the kernel refused, and what helps</td>
 *     <td>{@link dev.naru.linux.ErrnoException}, {@link dev.naru.linux.Problem}</td></tr>
 * </table>
 */
package dev.naru.linux;
