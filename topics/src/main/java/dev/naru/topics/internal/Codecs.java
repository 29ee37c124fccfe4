package dev.naru.topics.internal;

import dev.naru.topics.Codec;
import dev.naru.topics.CodecProvider;
import java.util.Iterator;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/** The codecs that are there: looked for once, when the first one is needed. */
final class Codecs {
    private static final System.Logger LOGGER = System.getLogger(Codecs.class.getName());

    private Codecs() {}

    private static final class Found {
        static final @Nullable CodecProvider[] PROVIDERS = find();

        private Found() {}

        private static @Nullable CodecProvider[] find() {
            @Nullable CodecProvider[] found = new CodecProvider[Codec.values().length];
            Iterator<CodecProvider> all = ServiceLoader.load(CodecProvider.class, CodecProvider.class.getClassLoader())
                    .iterator();
            for (CodecProvider each = next(all); each != null; each = next(all)) {
                if (found[each.codec().number()] == null) {
                    found[each.codec().number()] = each;
                }
            }
            return found;
        }

        /** One whose library is missing is as good as none, and no harm to the others. */
        private static @Nullable CodecProvider next(Iterator<CodecProvider> all) {
            while (all.hasNext()) {
                try {
                    return all.next();
                } catch (LinkageError | ServiceConfigurationError missing) {
                    LOGGER.log(System.Logger.Level.DEBUG, "a codec cannot be loaded", missing);
                }
            }
            return null;
        }
    }

    /** The one of that number in a batch; null when none is there. */
    static @Nullable CodecProvider of(int number) {
        return number < Found.PROVIDERS.length ? Found.PROVIDERS[number] : null;
    }

    /** What people call the codec of that number. */
    static String name(int number) {
        return Codec.of(number).map(Codec::toString).orElse("codec " + number);
    }
}
