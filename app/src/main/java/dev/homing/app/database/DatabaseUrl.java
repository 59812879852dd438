package dev.homing.app.database;

import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;

/**
 * Where PostgreSQL is: {@code postgresql://user:password@host:port/database?options}, as other
 * languages write it, also with a driver ({@code postgresql+asyncpg://}) or as {@code jdbc:}.
 */
public record DatabaseUrl(String jdbcUrl, @Nullable String user, @Nullable String password)
    implements JdbcConnectionDetails {
  /** Empty if it is none. */
  public static Optional<DatabaseUrl> parse(String text) {
    String url = text.strip();
    if (url.startsWith("jdbc:postgresql:")) {
      return Optional.of(new DatabaseUrl(url, null, null));
    }
    try {
      URI uri = new URI(url);
      String scheme = uri.getScheme() == null ? "" : uri.getScheme().replaceFirst("\\+.*", "");
      if (!(scheme.equals("postgresql") || scheme.equals("postgres"))
          || uri.getHost() == null
          || uri.getPath().length() < 2) {
        return Optional.empty();
      }
      String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
      String options = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
      String[] who =
          uri.getRawUserInfo() == null ? new String[0] : uri.getRawUserInfo().split(":", 2);
      return Optional.of(
          new DatabaseUrl(
              "jdbc:postgresql://" + uri.getHost() + port + uri.getRawPath() + options,
              who.length > 0 ? decoded(who[0]) : null,
              who.length > 1 ? decoded(who[1]) : null));
    } catch (URISyntaxException wrong) {
      return Optional.empty();
    }
  }

  /** Connections beside those that everybody shares; it connects when it is first used. */
  HikariDataSource pool(String name, MeterRegistry metrics) {
    HikariDataSource pool = new HikariDataSource();
    pool.setPoolName(name);
    pool.setMetricRegistry(metrics);
    pool.setJdbcUrl(jdbcUrl);
    pool.setUsername(user);
    pool.setPassword(password);
    pool.setInitializationFailTimeout(-1);
    pool.addDataSourceProperty("tcpKeepAlive", "true");
    return pool;
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  @Override
  public @Nullable String getUsername() {
    return user;
  }

  @Override
  public @Nullable String getPassword() {
    return password;
  }

  @Override
  public String getJdbcUrl() {
    return jdbcUrl;
  }

  @Override
  public String toString() {
    return "DatabaseUrl[***]";
  }
}
