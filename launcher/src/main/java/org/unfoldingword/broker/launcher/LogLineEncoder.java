package org.unfoldingword.broker.launcher;

import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.EncoderBase;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import org.springframework.boot.logging.logback.StructuredLogEncoder;

/**
 * Writes a log event in the format that the settings ask for: a line of text, or a JSON object in one of Spring Boot's structured
 * formats, in which the fields of a line are members. A word that is no format means text here; {@link LogProperties} refuses it.
 */
public final class LogLineEncoder extends EncoderBase<ILoggingEvent> {

    private String format = "";
    private String pattern = "";
    private Encoder<ILoggingEvent> chosen = new PatternLayoutEncoder();

    /** Called by Logback, as its configuration says. */
    public void setFormat(String format) {
        this.format = format;
    }

    /** Of a line of text. */
    public void setPattern(String pattern) {
        this.pattern = pattern;
    }

    @Override
    public void start() {
        boolean structured = Arrays.stream(LogProperties.Format.values())
                .filter(known -> known != LogProperties.Format.TEXT)
                .anyMatch(known -> known.name().equalsIgnoreCase(format));
        chosen = structured ? structured() : text();
        chosen.setContext(getContext());
        chosen.start();
        super.start();
    }

    @Override
    public void stop() {
        chosen.stop();
        super.stop();
    }

    @Override
    public byte[] headerBytes() {
        return chosen.headerBytes();
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        return chosen.encode(event);
    }

    @Override
    public byte[] footerBytes() {
        return chosen.footerBytes();
    }

    private Encoder<ILoggingEvent> structured() {
        StructuredLogEncoder encoder = new StructuredLogEncoder();
        encoder.setFormat(format.toLowerCase(Locale.ROOT));
        return encoder;
    }

    private Encoder<ILoggingEvent> text() {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setPattern(pattern);
        encoder.setCharset(StandardCharsets.UTF_8);
        return encoder;
    }
}
