package org.unfoldingword.broker.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@link BareEndpoint} in a process of its own. */
final class BareProcess implements AutoCloseable {

    private final int port;
    private final Process process;

    private BareProcess(int port, Process process) {
        this.port = port;
        this.process = process;
    }

    /** Returns once it answers. */
    static BareProcess start(Bench bench) throws IOException, InterruptedException {
        int port = BrokerProcess.freePort();
        String classPath = System.getProperty("java.class.path");
        List<String> words = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp", classPath));
        if (Files.isDirectory(Path.of(classPath).resolveSibling("lib"))) {
            // The unpacked jar names its libraries itself.
            words.add(BareEndpoint.class.getName());
        } else {
            words.add("-Dloader.main=" + BareEndpoint.class.getName());
            words.add("org.springframework.boot.loader.launch.PropertiesLauncher");
        }
        words.add("--server.port=" + port);
        BareProcess bare = new BareProcess(
                port,
                new ProcessBuilder(words)
                        .redirectErrorStream(true)
                        .redirectOutput(
                                bench.scratch().resolve("bare-" + port + ".log").toFile())
                        .start());
        InParallel.await(60, () -> RawPosts.answers(port));
        return bare;
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    @Override
    public void close() {
        process.destroy();
    }
}
