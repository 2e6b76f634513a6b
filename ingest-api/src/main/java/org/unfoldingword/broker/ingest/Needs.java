package org.unfoldingword.broker.ingest;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.unfoldingword.broker.access.Right;

/** The right that a caller needs for an endpoint. On the method, else on its controller; {@link RightsCheck} enforces it. */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
@interface Needs {
    Right value();
}
