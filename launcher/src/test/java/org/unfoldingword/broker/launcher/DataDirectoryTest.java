package org.unfoldingword.broker.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unfoldingword.broker.callback.SigningSecret;

class DataDirectoryTest {

    @TempDir
    private Path temporary;

    @Test
    void keepsASecretForItsOwnerAlone() throws IOException {
        Path path = temporary.resolve("data");
        String made = new DataDirectory(path).secret(Secret.API_KEY);

        assertThat(made).matches("brk_[A-Za-z0-9_-]{32}");
        assertThat(new DataDirectory(path).secret(Secret.API_KEY)).isEqualTo(made);
        assertThat(new DataDirectory(path).knownSecret(Secret.API_KEY)).contains(made);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path.resolve("api-key"))))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rwx------");
    }

    @Test
    void knowsNoSecretThatNobodyMadeAndMakesNone() {
        DataDirectory data = new DataDirectory(temporary.resolve("data"));

        assertThat(data.knownSecret(Secret.SIGNING_SECRET)).isEmpty();
        assertThat(data.path()).doesNotExist();
    }

    @Test
    void makesSigningSecretsThatTheDelivererTakes() {
        assertThat(SigningSecret.of(Secret.SIGNING_SECRET.fresh())).isNotNull();
    }

    @Test
    void letsOneProcessInAtATime() {
        DataDirectory data = new DataDirectory(temporary);
        DataLock held = data.lock();

        assertThatThrownBy(data::lock)
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("in use by another broker (process "
                        + ProcessHandle.current().pid() + "; expected: ");

        held.close();
        data.lock().close();
    }

    @Test
    void saysWhyItCannotBeUsed() throws IOException {
        Path file = Files.createFile(temporary.resolve("file"));

        assertThatThrownBy(() -> new DataDirectory(file).secret(Secret.API_KEY))
                .isInstanceOf(StartFailure.class)
                .hasMessage(
                        "broker.data-dir: " + file
                                + ": not a directory (expected: a directory that this user may write; environment: BROKER_DATA_DIR)");
    }
}
