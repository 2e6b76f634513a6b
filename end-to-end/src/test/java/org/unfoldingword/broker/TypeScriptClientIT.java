package org.unfoldingword.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client of gateway authors, {@code clients/typescript}: its own tests and its examples, against a launched broker. */
class TypeScriptClientIT {

    private static final Path CLIENT = Path.of("..", "clients", "typescript");
    private static final int COMMAND_MINUTES_MAX = 5;

    @TempDir
    Path directory;

    @Test
    void itsTestsAndExamplesRunAgainstABroker() throws Exception {
        assumeThat(Programs.onPath("node") && Programs.onPath("npm"))
                .as("node and npm are not on this machine: the TypeScript client is not tested")
                .isTrue();
        assertThat(npm(0, "ci", "--no-audit", "--no-fund"))
                .as("npm ci:\n" + Files.readString(told()))
                .isZero();
        BrokerProcess.Plan plan = BrokerProcess.Plan.of("start").with("BROKER_DATA_DIR", directory.resolve("data"));

        try (BrokerProcess broker = plan.start()) {
            int status = npm(plan.port(), "test");

            assertThat(status)
                    .as(Files.readString(told()) + "\n" + broker.told())
                    .isZero();
            assertThat(Files.readString(told()))
                    .as("node's count of the skipped")
                    .containsPattern("(?m)^# skipped 0$");
        }
    }

    private int npm(int port, String... arguments) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                Stream.concat(Stream.of("npm"), Stream.of(arguments)).toList());
        builder.environment().put("BROKER_URL", "http://127.0.0.1:" + port);
        builder.environment().put("BROKER_API_KEY", BrokerProcess.API_KEY);
        builder.environment().put("BROKER_CALLBACK_SIGNING_SECRET", CallbackReceiver.SECRET);
        Process npm = builder.directory(CLIENT.toFile())
                .redirectErrorStream(true)
                .redirectOutput(told().toFile())
                .start();
        boolean ended = npm.waitFor(COMMAND_MINUTES_MAX, TimeUnit.MINUTES);
        npm.descendants().forEach(ProcessHandle::destroyForcibly);
        npm.destroyForcibly();
        assertThat(ended).as("npm ends:\n" + Files.readString(told())).isTrue();
        return npm.exitValue();
    }

    private Path told() {
        return directory.resolve("npm.log");
    }
}
