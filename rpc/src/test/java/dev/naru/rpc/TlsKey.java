package dev.naru.rpc;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;

/** A key as gRPC reads it from a file, which keytool does not write. */
final class TlsKey {
    private TlsKey() {}

    /** The one key of the store. */
    static String pem(Path store, String password) throws IOException, GeneralSecurityException {
        KeyStore opened = KeyStore.getInstance(store.toFile(), password.toCharArray());
        byte[] key = opened.getKey(opened.aliases().nextElement(), password.toCharArray())
                .getEncoded();
        return "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                        .encodeToString(key)
                + "\n-----END PRIVATE KEY-----\n";
    }
}
