package dev.homing.app.http;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * How long callers may take.
 *
 * @param headTimeout for the request line and the headers, from their first byte on
 * @param bodyTimeout for the body, from the end of the headers on
 */
@ConfigurationProperties("homing.requests")
public record RequestSettings(Duration headTimeout, Duration bodyTimeout) {}
