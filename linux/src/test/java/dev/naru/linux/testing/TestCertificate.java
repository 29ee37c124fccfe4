package dev.naru.linux.testing;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;

/** A certificate of this machine that nobody else trusts, made by the JDK's keytool. */
public final class TestCertificate {
    private static final String PASSWORD = "changeit";

    private TestCertificate() {}

    /** Writes the three files; the last two in PEM. */
    public static void make(Path store, Path certificate, Path key) throws Exception {
        String keytool =
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        var _ = Foreign.output(
                keytool,
                "-genkeypair",
                "-alias",
                "naru",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "SAN=dns:localhost,ip:127.0.0.1",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD);
        String exported = Foreign.output(
                keytool,
                "-exportcert",
                "-rfc",
                "-alias",
                "naru",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD);
        var _ = Files.writeString(certificate, exported);
        KeyStore opened = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
        byte[] encoded = opened.getKey("naru", PASSWORD.toCharArray()).getEncoded();
        var _ = Files.writeString(
                key,
                "-----BEGIN PRIVATE KEY-----\n"
                        + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                                .encodeToString(encoded)
                        + "\n-----END PRIVATE KEY-----\n");
    }
}
