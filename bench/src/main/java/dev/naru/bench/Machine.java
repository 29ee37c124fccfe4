package dev.naru.bench;

import java.nio.file.Path;

/**
 * What races run with.
 *
 * @param java the program that starts a JVM
 * @param classPath where our classes are
 * @param compiler the C compiler, such as {@code cc}
 * @param cores where processes are pinned
 */
record Machine(Path java, String classPath, String compiler, Cores cores) {}
