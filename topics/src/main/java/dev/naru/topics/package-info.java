/**
 * Topics with no server: logs that any process on the machine appends to and reads.
 *
 * <table>
 * <caption>Which one</caption>
 * <tr><th>class</th><th>for</th></tr>
 * <tr><td>{@link dev.naru.topics.Store}</td><td>a directory of topics, that any number of processes have open at once</td></tr>
 * <tr><td>{@link dev.naru.topics.Topic}</td><td>appending and reading, with objects</td></tr>
 * <tr><td>{@link dev.naru.topics.TopicWriter}</td><td>appending in place: no copy and no garbage</td></tr>
 * <tr><td>{@link dev.naru.topics.Cursor}</td><td>reading from a place on, with objects or in place</td></tr>
 * </table>
 */
package dev.naru.topics;
