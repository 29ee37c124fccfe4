/**
 * Memory that processes share, and what is built on it.
 *
 * <table>
 * <caption>Which one</caption>
 * <tr><th>class</th><th>for</th></tr>
 * <tr><td>{@link dev.naru.memory.SharedMemory}</td><td>bytes and named fields that all may store to</td></tr>
 * <tr><td>{@link dev.naru.memory.SharedLock}</td><td>one process at a time; who comes after a dead owner is told</td></tr>
 * <tr><td>{@link dev.naru.memory.Ring}</td><td>messages to one reader, from one process or many</td></tr>
 * <tr><td>{@link dev.naru.memory.Broadcast}</td><td>messages from one process to many, which may miss some</td></tr>
 * </table>
 */
package dev.naru.memory;
