package dev.naru.topics.testing;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The library once more, as it is, but that each access to a shared word and each change of a file calls
 * {@link CrashRecorder#look} before and after it. So what is recorded is the code that runs.
 */
public final class CrashLoader extends ClassLoader {
    private static final Pattern OURS = Pattern.compile("dev[.]naru[.](topics|memory)[.].*");

    /** What waits for the disk; it has a path for its first argument. */
    private static final String DISK = "dev.naru.topics.internal.Disk";

    /** Which methods of which classes. */
    private static final Map<String, Pattern> RECORDED = Map.ofEntries(
            Map.entry("dev.naru.memory.internal.Words", Pattern.compile("[a-z].*")),
            Map.entry("dev.naru.topics.internal.Words", Pattern.compile("[a-z].*")),
            Map.entry("dev.naru.topics.internal.Segment", Pattern.compile("openToAppend|reserve|cut")),
            Map.entry("dev.naru.topics.internal.TopicSettings", Pattern.compile("create|move")),
            Map.entry("dev.naru.topics.internal.SegmentFiles", Pattern.compile("remove")),
            Map.entry("dev.naru.topics.internal.SegmentIndex", Pattern.compile("remove|replace")),
            Map.entry("dev.naru.topics.internal.Removal", Pattern.compile("remove.*")),
            Map.entry("dev.naru.topics.internal.Replacement", Pattern.compile("rename")),
            Map.entry("dev.naru.topics.internal.CleanedFile", Pattern.compile("create|drain|close")),
            Map.entry("dev.naru.topics.internal.GroupFile", Pattern.compile("create|reserve|removeName")),
            Map.entry("dev.naru.topics.internal.ControlBlock", Pattern.compile("createUnlessThere|remove")),
            Map.entry(DISK, Pattern.compile("[a-z].*")));

    private CrashLoader() {
        super(CrashLoader.class.getClassLoader());
    }

    /** Runs that on the store by a new copy. */
    public static void run(Enum<?> script, Path store) throws Exception {
        try {
            new CrashLoader()
                    .loadClass(script.getDeclaringClass().getName())
                    .getMethod("run", String.class, Path.class)
                    .invoke(null, script.name(), store);
        } catch (InvocationTargetException thrown) {
            throw new AssertionError(script + " failed", thrown.getCause());
        }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!OURS.matcher(name).matches() || name.startsWith(CrashRecorder.class.getName())) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : define(name);
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        try (InputStream stored = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (stored == null) {
                throw new ClassNotFoundException(name);
            }
            byte[] bytes = stored.readAllBytes();
            Pattern methods = RECORDED.get(name);
            if (methods != null) {
                bytes = recording(bytes, methods, name.equals(DISK));
            }
            return defineClass(name, bytes, 0, bytes.length);
        } catch (IOException lost) {
            throw new ClassNotFoundException(name, lost);
        }
    }

    private static byte[] recording(byte[] type, Pattern methods, boolean disk) {
        ClassFile classFile = ClassFile.of();
        ClassTransform transform = ClassTransform.transformingMethodBodies(
                method -> methods.matcher(method.methodName().stringValue()).matches(),
                CodeTransform.ofStateful(() -> looking(disk)));
        return classFile.transformClass(classFile.parse(type), transform);
    }

    private static CodeTransform looking(boolean disk) {
        return new CodeTransform() {
            @Override
            public void atStart(CodeBuilder code) {
                look(code);
            }

            @Override
            public void accept(CodeBuilder code, CodeElement element) {
                if (element instanceof ReturnInstruction && disk) {
                    var _ = code.aload(0)
                            .invokestatic(
                                    ClassDesc.of(CrashRecorder.class.getName()),
                                    "sync",
                                    MethodTypeDesc.of(ConstantDescs.CD_void, ClassDesc.of(Path.class.getName())));
                } else if (element instanceof ReturnInstruction) {
                    look(code);
                }
                var _ = code.with(element);
            }
        };
    }

    private static void look(CodeBuilder code) {
        var _ = code.invokestatic(
                ClassDesc.of(CrashRecorder.class.getName()), "look", MethodTypeDesc.of(ConstantDescs.CD_void));
    }
}
