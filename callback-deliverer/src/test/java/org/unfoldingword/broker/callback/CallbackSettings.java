package org.unfoldingword.broker.callback;

import java.util.HashMap;
import java.util.Map;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** {@link CallbackProperties} as Spring binds them: the defaults, but for what a test sets. */
final class CallbackSettings {

    private final Map<String, String> settings = new HashMap<>();

    static CallbackProperties defaults() {
        return new CallbackSettings().bind();
    }

    /** @param name below {@code broker.callback} */
    CallbackSettings with(String name, String value) {
        settings.put("broker.callback." + name, value);
        return this;
    }

    CallbackProperties bind() {
        return new Binder(new MapConfigurationPropertySource(settings))
                .bindOrCreate("broker.callback", CallbackProperties.class);
    }
}
