package dev.homing.app.node;

import dev.homing.activities.Setting;
import dev.homing.app.database.DatabaseUrl;
import java.util.regex.Pattern;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Addresses of the services that Homing needs.
 *
 * @param databaseUrl PostgreSQL ({@code DATABASE_URL})
 * @param redisUrl Redis ({@code REDIS_URL})
 * @param temporalAddress Temporal ({@code TEMPORAL_ADDRESS})
 */
@ConfigurationProperties("homing.parts")
public record PartSettings(String databaseUrl, String redisUrl, String temporalAddress) {
  private static final Pattern REDIS = Pattern.compile("rediss?://[^\\s/]+(/\\d*)?");
  private static final Pattern HOST_AND_PORT = Pattern.compile("[^\\s:/]+:\\d{1,5}");

  public PartSettings {
    if (DatabaseUrl.parse(databaseUrl).isEmpty()) {
      throw new Setting.Invalid(
          "homing.parts.database-url",
          "no PostgreSQL address",
          "postgresql://user:password@host:port/database");
    }
    if (!REDIS.matcher(redisUrl).matches()) {
      throw new Setting.Invalid(
          "homing.parts.redis-url", "no Redis address", "redis://user:password@host:port/0");
    }
    if (!HOST_AND_PORT.matcher(temporalAddress).matches()) {
      throw new Setting.Invalid("homing.parts.temporal-address", temporalAddress, "host:port");
    }
  }

  public DatabaseUrl database() {
    return DatabaseUrl.parse(databaseUrl).orElseThrow();
  }

  /** Omits the addresses that may hold passwords. */
  @Override
  public String toString() {
    return "PartSettings[***, ***, %s]".formatted(temporalAddress);
  }
}
