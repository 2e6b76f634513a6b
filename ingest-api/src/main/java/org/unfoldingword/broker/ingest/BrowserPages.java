package org.unfoldingword.broker.ingest;

import java.util.List;
import org.springframework.core.Ordered;
import org.springframework.http.CacheControl;
import org.springframework.web.servlet.config.annotation.ResourceHandlerRegistry;
import org.springframework.web.servlet.config.annotation.ViewControllerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * The pages {@code /console} and {@code /docs}: static files that need nothing from elsewhere. They are open to all: what the
 * console shows needs a key, and the API's description none.
 */
final class BrowserPages implements WebMvcConfigurer {

    @Override
    public void addViewControllers(ViewControllerRegistry registry) {
        registry.addViewController("/console").setViewName("forward:/console/index.html");
        registry.addRedirectViewController("/console/", "/console");
        registry.addViewController("/docs").setViewName("forward:/docs/index.html");
        registry.setOrder(Ordered.HIGHEST_PRECEDENCE);
    }

    /** A browser asks each time whether a file is still the same: a new version shows at once. */
    @Override
    public void addResourceHandlers(ResourceHandlerRegistry registry) {
        for (String page : List.of("console", "docs")) {
            registry.addResourceHandler("/" + page + "/**")
                    .addResourceLocations("classpath:/" + page + "/")
                    .setCacheControl(CacheControl.noCache());
        }
    }
}
