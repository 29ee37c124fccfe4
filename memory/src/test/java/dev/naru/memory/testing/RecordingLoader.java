package dev.naru.memory.testing;

import dev.naru.memory.internal.Words;
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

/**
 * The library once more, as it is, but that each access to a shared word calls {@link StoreRecorder#look} before and after
 * it. So what is recorded is the code that runs, and the code that runs elsewhere knows nothing of it.
 */
public final class RecordingLoader extends ClassLoader {
    private static final String OURS = "dev.naru.memory.";

    /** A new copy. */
    public RecordingLoader() {
        super(RecordingLoader.class.getClassLoader());
    }

    /** Runs that operation on the file by the copy. */
    public void run(RecordedOperation operation, Path file) throws Exception {
        try {
            loadClass(RecordedOperation.class.getName())
                    .getMethod("run", String.class, Path.class)
                    .invoke(null, operation.name(), file);
        } catch (InvocationTargetException thrown) {
            throw new AssertionError(operation + " failed", thrown.getCause());
        }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(OURS) || name.startsWith(StoreRecorder.class.getName())) {
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
            if (name.equals(Words.class.getName())) {
                bytes = recording(bytes);
            }
            return defineClass(name, bytes, 0, bytes.length);
        } catch (IOException lost) {
            throw new ClassNotFoundException(name, lost);
        }
    }

    private static byte[] recording(byte[] words) {
        ClassFile classFile = ClassFile.of();
        ClassTransform transform = ClassTransform.transformingMethodBodies(
                method -> !method.methodName().stringValue().startsWith("<"),
                CodeTransform.ofStateful(RecordingLoader::looking));
        return classFile.transformClass(classFile.parse(words), transform);
    }

    private static CodeTransform looking() {
        return new CodeTransform() {
            @Override
            public void atStart(CodeBuilder code) {
                look(code, false);
            }

            @Override
            public void accept(CodeBuilder code, CodeElement element) {
                if (element instanceof ReturnInstruction) {
                    look(code, true);
                }
                var _ = code.with(element);
            }
        };
    }

    private static void look(CodeBuilder code, boolean named) {
        var _ = code.loadConstant(named ? 1 : 0)
                .invokestatic(
                        ClassDesc.of(StoreRecorder.class.getName()),
                        "look",
                        MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_boolean));
    }
}
