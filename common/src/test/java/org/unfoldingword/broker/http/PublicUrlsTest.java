package org.unfoldingword.broker.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PublicUrlsTest {

    private final PublicUrls urls = PublicUrls.of("http://127.0.0.1:9200", "https://broker.example/");

    @Test
    void putsThePublicOriginInPlaceOfTheWorkers() {
        assertThat(urls.rewrite("http://127.0.0.1:9200/api/v1/audio/audio/o/u/x.opus"))
                .isEqualTo("https://broker.example/api/v1/audio/audio/o/u/x.opus");
        assertThat(urls.rewrite("https://127.0.0.1:9200/a?b=http://127.0.0.1:9200/"))
                .isEqualTo("https://broker.example/a?b=http://127.0.0.1:9200/");
    }

    @Test
    void leavesOtherOriginsAlone() {
        for (String other : new String[] {
            "http://127.0.0.1:9201/a",
            "http://127.0.0.1/a",
            "http://127.0.0.1:9200.evil.example/a",
            "/api/v1/audio/x",
            ""
        }) {
            assertThat(urls.rewrite(other)).isEqualTo(other);
        }
    }

    @Test
    void takesTheUsualPortForNoPort() {
        assertThat(PublicUrls.of("https://worker.example:443", "https://b.example")
                        .rewrite("https://worker.example/x"))
                .isEqualTo("https://b.example/x");
    }

    @Test
    void touchesOnlyTheMembersThatHoldUrls() {
        String json = """
                { "entries" : [ {"user_message":"see http://127.0.0.1:9200/a \\u00e9","voice_audio_url": null,
                  "inbound_voice_audio_url":"http://127.0.0.1:9200/in"} ],  "url":"http://127.0.0.1:9200/mine",
                  "attachments":[{"type":"audio","url":"http://127.0.0.1:9200/out","r2_key":"k"},
                  {"type":"pdf","url":"https://elsewhere.example/p.pdf"}], "n": 1.50 }""";

        assertThat(text(json))
                .isEqualTo(json.replace("9200/in", "X/in")
                        .replace("9200/out", "X/out")
                        .replace("http://127.0.0.1:X", "https://broker.example"));
    }

    @Test
    void leavesWhatIsNoJsonAsItIs() {
        assertThat(text("404 Not Found")).isEqualTo("404 Not Found");
        assertThat(text("{\"voice_audio_url\":\"http://127.0.0.1:9200/x\""))
                .startsWith("{\"voice_audio_url\":\"http://127");
    }

    @Test
    void leavesAllAsItIsWithoutAPublicOrigin() {
        assertThat(PublicUrls.of("http://w", "").rewrite("http://w/x")).isEqualTo("http://w/x");
    }

    private String text(String json) {
        return new String(urls.rewrite(json.getBytes(UTF_8)), UTF_8);
    }
}
