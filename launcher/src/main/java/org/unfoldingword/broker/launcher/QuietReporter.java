package org.unfoldingword.broker.launcher;

import org.springframework.boot.SpringBootExceptionReporter;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Keeps Spring Boot from logging a failed start with its stack trace: {@link FailureLine} tells it in one line. */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class QuietReporter implements SpringBootExceptionReporter {

    @Override
    public boolean reportException(Throwable failure) {
        return true;
    }
}
