package dev.homing.app.http;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Time limits for sending a request.
 *
 * @param headTimeout for the request line and the headers, from their first byte
 * @param bodyTimeout for the body, from the end of the headers
 */
@ConfigurationProperties("homing.requests")
public record RequestSettings(Duration headTimeout, Duration bodyTimeout) {}
