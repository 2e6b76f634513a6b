package org.unfoldingword.broker.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

class BoundedBodyTest {

    @Test
    void readsABodyWithinTheLimitToItsEnd() throws IOException {
        BoundedBody body = BoundedBody.read(new ByteArrayInputStream("abcd".getBytes(UTF_8)), 4);

        assertThat(body.excerpt(100)).isEqualTo("abcd");
        assertThat(body.complete()).isTrue();
    }

    @Test
    void readsOneByteBeyondTheLimitAndNoMore() throws IOException {
        InputStream in = new ByteArrayInputStream("abcdefgh".getBytes(UTF_8));

        BoundedBody body = BoundedBody.read(in, 4);

        assertThat(body.excerpt(100)).isEqualTo("abcd");
        assertThat(body.complete()).isFalse();
        assertThat(in.available()).isEqualTo(3);
    }

    @Test
    void quotesOnOneLineWithoutControlCharacters() throws IOException {
        byte[] bytes = " bad\r\n\tgateway\u0000\u001b[31m \u202eé ".getBytes(UTF_8);
        BoundedBody body = BoundedBody.read(new ByteArrayInputStream(bytes), 100);

        assertThat(body.excerpt(100)).isEqualTo("bad gateway [31m é");
        assertThat(body.excerpt(3)).isEqualTo("bad…");
    }
}
