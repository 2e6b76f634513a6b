package org.unfoldingword.broker.launcher;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import redis.embedded.core.ExecutableProvider;

/**
 * A redis-server that runs on this machine: the one that is brought along, else, where its libraries are missing (it wants
 * OpenSSL 3), the machine's own.
 */
record RedisBinary(String path, int majorVersion) {

    private static final Pattern VERSION = Pattern.compile("v=(\\d+)\\.");

    /** @throws IOException naming what to do */
    static RedisBinary locate(Path directory) throws IOException {
        Optional<RedisBinary> found = broughtAlong(directory).or(() -> running("redis-server"));
        return found.orElseThrow(() -> new IOException(
                "no redis-server runs here (expected: OpenSSL 3 for the one brought along, or redis-server 6.2+ on the PATH,"
                        + " or a Redis named by REDIS_URL)"));
    }

    private static Optional<RedisBinary> broughtAlong(Path directory) {
        try {
            Path bin = Files.createDirectories(directory.resolve("bin"));
            File extracted =
                    ExecutableProvider.newJarResourceProvider(bin.toFile()).get();
            // Under a name of its own, since the provider deletes what it extracts when this process ends.
            Path kept =
                    Files.move(extracted.toPath(), bin.resolve("redis-server"), StandardCopyOption.REPLACE_EXISTING);
            return running(kept.toString());
        } catch (IOException | RuntimeException none) {
            return Optional.empty();
        }
    }

    private static Optional<RedisBinary> running(String path) {
        try {
            Process asking = new ProcessBuilder(path, "--version")
                    .redirectErrorStream(true)
                    .start();
            String said = new String(asking.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            Matcher version = VERSION.matcher(said);
            return version.find()
                    ? Optional.of(new RedisBinary(path, Integer.parseInt(version.group(1))))
                    : Optional.empty();
        } catch (IOException absent) {
            return Optional.empty();
        }
    }
}
