package org.unfoldingword.broker.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerPathTest {

    @Test
    void keepsAPathAsItWasWritten() {
        WorkerPath path =
                WorkerPath.of("/api/v1/orgs/Bible%20Society/users/a+b@c/history", Optional.of("limit=10&x=%2F"));

        assertThat(path.target()).isEqualTo("/api/v1/orgs/Bible%20Society/users/a+b@c/history?limit=10&x=%2F");
        assertThat(path.org()).contains("Bible Society");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/orgs/../admin/orgs/o/config",
                "/api/v1/orgs/./o",
                "/api/v1/orgs/%2e%2e/admin",
                "/api/v1/orgs/.%2E/admin",
                "/api/v1/orgs/a%2Fb/users",
                "/api/v1/orgs/a%5cb/users",
                "/api/v1/orgs/a%252fb",
                "/api/v1/orgs/a%00b",
                "/api/v1/orgs/a%3Bb",
                "/api/v1/orgs/a;b/users",
                "/api/v1/orgs//evil.example",
                "/api/v1/orgs/a\\b",
                "/api/v1/orgs/",
                "/api/v1/orgs/a b",
                "/api/v1/%6Frgs/a",
                "/api/v1/chat",
                "http://evil.example/api/v1/orgs/a"
            })
    void refusesWhatAnotherServerCouldReadDifferently(String path) {
        assertThatThrownBy(() -> WorkerPath.of(path, Optional.empty())).isInstanceOf(Refusal.class);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, orgs/o/modes, true",
        "PUT, orgs/o/modes, false",
        "GET, orgs/o/modes/m, false",
        "PUT, orgs/o/users/u/mode, true",
        "DELETE, orgs/o/groups/-1/mode, true",
        "DELETE, orgs/o/groups/-1/history, true",
        "GET, orgs/o/groups/-1/history, false",
        "DELETE, orgs/o/groups/-1/threads/7/history, true",
        "DELETE, orgs/o/users/u/history, false",
        "PUT, orgs/o/config, false",
        "PUT, orgs/o/mcp-servers, false",
        "DELETE, orgs/o/users/u/memory, false",
    })
    void knowsWhatAGatewayAdministers(String method, String path, boolean theirs) {
        assertThat(WorkerPath.of("/api/v1/admin/" + path, Optional.empty()).isGatewayRequest(method))
                .isEqualTo(theirs);
    }

    @Test
    void knowsWhoseDataItIs() {
        assertThat(WorkerPath.of("/api/v1/audio/audio/o/u/x.opus", Optional.empty())
                        .org())
                .contains("o");
        assertThat(WorkerPath.of("/api/v1/voice-submissions/voice-submissions/o/c/s/x.ogg", Optional.empty())
                        .org())
                .contains("o");
        assertThat(WorkerPath.of("/api/v1/admin/orgs/o/modes", Optional.empty()).org())
                .contains("o");
        assertThat(WorkerPath.of("/public/ptxprint/x.pdf", Optional.empty()).org())
                .isEmpty();
    }
}
